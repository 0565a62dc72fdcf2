/**
 * Recording a function to look at what it does.
 *
 * @module
 */
import { equalShapes } from "../shape/same.ts";
import { flattenTree } from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { evaluateTape } from "../tape/evaluate.ts";
import { tapesRun } from "../tape/effects.ts";
import type { Equation, Tape } from "../tape/tape.ts";
import { usesIn } from "../random/reuse.ts";
import { ShapeError, showShape } from "../shape/fail.ts";
import { trace } from "./trace.ts";

/**
 * Records a function into a {@linkcode Tape} instead of running it. The arguments tell shapes and
 * dtypes only.
 *
 * @throws {TraceError} Where the function reads a traced value.
 * @throws {TreeError} Where an argument or the result has a leaf that is not a tensor.
 *
 * @example
 * ```ts
 * import { grad, makeTape, type Tensor, zeros } from "@katachi/katachi";
 *
 * const f = (x: Tensor<[3]>) => x.mul(x).sum();
 * console.log(makeTape(grad(f))(zeros([3])).toString());
 * ```
 */
export function makeTape<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
): (...args: A) => Tape {
  return (...args) => {
    const { leaves, structure } = flattenTree(args, "makeTape", "argument ");
    // Nothing happens, so no key is used.
    return usesIn(() => trace("makeTape", f, structure, leaves)).result.tape;
  };
}

/**
 * Executes a tape on tensors of the shapes and dtypes it was recorded for.
 *
 * @throws {ShapeError} Where the inputs differ from the tape's in number, shape or dtype.
 *
 * @example
 * ```ts
 * import { makeTape, runTape, type Tensor, tensor, zeros } from "@katachi/katachi";
 *
 * const tape = makeTape((x: Tensor<[3]>) => x.mul(2).sum())(zeros([3]));
 * runTape(tape, tensor([1, 2, 3]))[0].item(); // 12
 * ```
 */
export function runTape(tape: Tape, ...inputs: readonly AnyTensor[]): readonly AnyTensor[] {
  if (inputs.length !== tape.inputs.length) {
    throw new ShapeError(
      `runTape: the tape has ${tape.inputs.length} inputs, got ${inputs.length}`,
    );
  }
  for (const [i, { shape, dtype }] of tape.inputs.entries()) {
    if (!equalShapes(inputs[i].shape, shape) || inputs[i].dtype !== dtype) {
      throw new ShapeError(
        `runTape: input ${i} is ${inputs[i].dtype}${
          showShape(inputs[i].shape)
        }, the tape wants ${dtype}${showShape(shape)}`,
      );
    }
  }
  return evaluateTape(tape, inputs);
}

/**
 * How many equations a tape has of each primitive, those of the tapes it runs included.
 *
 * @example
 * ```ts
 * import { countEquations, makeTape, type Tensor, zeros } from "@katachi/katachi";
 *
 * const tape = makeTape((x: Tensor<[3]>) => x.mul(x).add(x))(zeros([3]));
 * countEquations(tape); // { mul: 1, add: 1 }
 * ```
 */
export function countEquations(tape: Tape): Record<string, number> {
  const counts: Record<string, number> = {};
  const visit = (equation: Equation): void => {
    const { name } = equation.primitive;
    counts[name] = (counts[name] ?? 0) + 1;
    for (const inner of tapesRun(equation)) inner.equations.forEach(visit);
  };
  tape.equations.forEach(visit);
  return counts;
}
