/**
 * Tracing a function of trees into a tape.
 *
 * @module
 */
import { flattenTree, type TreeStructure } from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { withRecorder } from "../tape/recorder.ts";
import type { Abstract, Tape } from "../tape/tape.ts";

/** A traced function: its tape and the form of what it returns. */
export interface Traced {
  readonly tape: Tape;
  readonly output: TreeStructure;
}

/** Calls `f` on abstract tensors with the forms of `args` and records what it does. */
export function trace(
  operation: string,
  f: (...args: never[]) => unknown,
  structure: TreeStructure,
  leaves: readonly Abstract[],
): Traced {
  return withRecorder(operation, { abstract: true }, (recorder) => {
    const args = structure.build(leaves.map((leaf) => recorder.input(leaf))) as never[];
    const output = flattenTree(f(...args), operation, "the result");
    return { tape: recorder.tape(output.leaves), output: output.structure };
  });
}

/** Records a function from leaves to leaves. */
export function traceFlat(
  operation: string,
  inputs: readonly Abstract[],
  f: (leaves: readonly AnyTensor[]) => readonly AnyTensor[],
): Tape {
  return withRecorder(
    operation,
    { abstract: true },
    (recorder) => recorder.tape(f(inputs.map((input) => recorder.input(input)))),
  );
}
