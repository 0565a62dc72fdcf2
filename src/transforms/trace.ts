/**
 * Tracing a function of trees into a tape.
 *
 * @module
 */
import { type KeyUses, tracingKeys } from "../random/reuse.ts";
import { flattenTree, type TreeStructure } from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { withRecorder } from "../tape/recorder.ts";
import type { Abstract, Tape } from "../tape/tape.ts";

/** A traced function: its tape and the form of what it returns. */
export interface Traced {
  readonly tape: Tape;
  readonly output: TreeStructure;
  /** What is used as a random key, as far as keys are watched. */
  readonly keyUses: KeyUses;
}

/** Calls `f` on abstract tensors with the forms of `args` and records what it does. */
export function trace(
  operation: string,
  f: (...args: never[]) => unknown,
  structure: Pick<TreeStructure, "build">,
  leaves: readonly Abstract[],
): Traced {
  return tracingKeys((keyUses) =>
    withRecorder(operation, { abstract: true }, (recorder) => {
      const inputs = leaves.map((leaf) => recorder.input(leaf));
      const args = structure.build(inputs) as never[];
      const output = flattenTree(f(...args), operation, "the result");
      const tape = recorder.tape(output.leaves);
      const captured = tape.constants.map(({ value }) => value);
      return { tape, output: output.structure, keyUses: keyUses(inputs, captured) };
    })
  );
}

/** Records a function from leaves to leaves. */
export function traceFlat(
  operation: string,
  inputs: readonly Abstract[],
  f: (leaves: readonly AnyTensor[]) => readonly AnyTensor[],
): Tape {
  return tracingKeys(() =>
    withRecorder(
      operation,
      { abstract: true },
      (recorder) => recorder.tape(f(inputs.map((input) => recorder.input(input)))),
    )
  );
}
