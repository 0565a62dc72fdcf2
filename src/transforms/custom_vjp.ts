/**
 * `customVjp`: a function with a derivative of one's own.
 *
 * @module
 */
import { ShapeError, showShape } from "../shape/fail.ts";
import { eitherUses, type KeyUses, useKeysOf } from "../random/reuse.ts";
import { equalShapes } from "../shape/same.ts";
import { isFloating } from "../tensor/dtype.ts";
import { flattenTree, requireSameTree, TreeError, type TreeStructure } from "../tensor/tree.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { withoutEffects } from "../tape/effects.ts";
import { pruneTape } from "../tape/passes/dead.ts";
import { definePrimitive, type Primitive } from "../tape/primitive.ts";
import { bind, TraceError } from "../tape/recorder.ts";
import type { Abstract, Tape } from "../tape/tape.ts";
import { mul } from "../primitives/arithmetic.ts";
import { zeros } from "../primitives/create.ts";
import { cos, sin } from "../primitives/trigonometry.ts";
import { batchTape } from "./batch.ts";
import { call, closeOverAll } from "./call.ts";
import { seedsOf } from "./split.ts";
import { trace, traceFlat } from "./trace.ts";

/** How a function is differentiated, by its writer. */
export interface CustomRule<A extends readonly unknown[], R, K> {
  /** The function's result, and whatever its way back needs: a tree of tensors. */
  readonly forward: (...args: A) => readonly [result: R, residuals: K];
  /**
   * From what `forward` kept and the result's cotangent to the arguments' cotangents, one for each;
   * `null` for an argument that no gradient flows to.
   */
  readonly backward: (
    residuals: K,
    cotangent: R,
  ) => { readonly [I in keyof A]: A[I] | null };
}

interface CustomParams {
  /** Arguments and captured tensors to the results. */
  readonly tape: Tape;
  /** The same to the results and the residuals. */
  readonly forward: Tape;
  /** Residuals, cotangents of the float results, captured tensors to cotangents of float arguments. */
  readonly backward: Tape;
  /** How many operands are arguments; the others are captured. */
  readonly args: number;
}

/** Applies a tape that brings its own way back. */
export const customVjpPrimitive: Primitive<CustomParams> = definePrimitive({
  name: "customVjp",
  family: "call",
  summary: "applies the tape among its settings; the way back is a tape of its own",
  infer: (_, { tape }) => tape.outputs.map(({ shape, dtype }) => ({ shape, dtype })),
  meaning: { kind: "call", tape: ({ tape }) => tape },
  augment: (inputs, params) => {
    // The results by the primitive again, so that the rule holds for higher derivatives, too; what
    // has an effect has it in `forward`, which runs instead of the function.
    const outputs = bind(customVjpPrimitive, inputs, {
      ...params,
      tape: withoutEffects(params.tape),
      forward: withoutEffects(params.forward),
    });
    const results = params.forward.outputs.slice(0, outputs.length);
    const kept = params.forward.outputs.slice(outputs.length);
    const further = kept.map((atom) => !results.includes(atom));
    const used = [...results.map(() => false), ...further];
    const { tape, inputs: read } = pruneTape(params.forward, used);
    const values = [...call(tape, inputs.filter((_, i) => read[i]))];
    return {
      outputs,
      residuals: kept.map((atom, i) =>
        further[i] ? values.shift() : outputs[results.indexOf(atom)]
      ),
    };
  },
  vjp: (cotangents, { inputs, outputs, params: { backward, args }, needs, residuals }) => {
    if (needs.slice(args).includes(true)) {
      throw new TraceError(
        "customVjp: the function closes over a tensor that is being differentiated by; pass it as an argument",
      );
    }
    const back = [
      ...call(backward, [
        ...residuals as readonly AnyTensor[],
        ...seedsOf(outputs, cotangents),
        ...inputs.slice(args),
      ]),
    ];
    return inputs.map(({ dtype }, i) => i < args && isFloating(dtype) ? back.shift() : undefined);
  },
  batch: {
    params: ({ tape, forward, backward, args }, size) => {
      const all = (one: Tape) => {
        const carried = one.outputs.map(() => true);
        return batchTape(one, one.inputs.map(() => true), size, carried).tape;
      };
      return { tape: all(tape), forward: all(forward), backward: all(backward), args };
    },
  },
  sample: (draw, float) => {
    const shape = draw.shape(0, 2);
    const operand = { shape, dtype: float };
    return {
      operands: [operand],
      params: {
        tape: traceFlat("customVjp", [operand], ([x]) => [sin(x)]),
        forward: traceFlat("customVjp", [operand], ([x]) => [sin(x), cos(x)]),
        backward: traceFlat("customVjp", [operand, operand], ([kept, ct]) => [mul(kept, ct)]),
        args: 1,
      },
    };
  },
});

/**
 * A function with a derivative of one's own: where the derivative of its steps is unstable, costly or
 * not the one that is wanted, as in a straight-through estimator. `forward` computes the result and
 * keeps what `backward` needs; `backward` must be linear in the cotangent. Forward mode, Hessians and
 * batches follow from it.
 *
 * All three functions are recorded with abstract tensors, as by `jit`. They must not close over
 * tensors that are being differentiated by: what a gradient flows to is an argument. Where the rule
 * calls the function that it is for, that is the plain function, without the rule.
 *
 * @throws {TreeError} Where `forward` gives another result than the function, or `backward` other
 * cotangents than the arguments need.
 * @throws {ShapeError} Where a cotangent's shape or dtype is not its argument's.
 *
 * @example
 * ```ts
 * import { customVjp, grad, round, type Tensor, tensor } from "@katachi/katachi";
 *
 * // Rounds, and lets the gradient through as if it did not.
 * const roundThrough = customVjp((x: Tensor<[2]>) => round(x), {
 *   forward: (x) => [round(x), null],
 *   backward: (_, cotangent) => [cotangent],
 * });
 * grad((x: Tensor<[2]>) => roundThrough(x).square().sum())(tensor([0.9, 2.2])).toArray(); // [2, 4]
 * ```
 */
export function customVjp<A extends readonly unknown[], R, K>(
  f: (...args: A) => R,
  rule: CustomRule<A, R, K>,
): (...args: A) => R {
  let recording = false;
  const custom = (...args: A): R => {
    // Called by its own rule, it is the function itself.
    if (recording) return f(...args);
    const { leaves, structure } = flattenTree(args, "customVjp", "argument ");
    const { tape, output, keyUses } = trace("customVjp", f, structure, leaves);
    recording = true;
    try {
      const forward = traceForward(rule.forward as never, structure, leaves, tape, output);
      const backward = traceBackward(rule.backward as never, structure, leaves, forward, output);
      // One of both runs: the function, or `forward` instead.
      useKeysOf(eitherUses([keyUses, forward.keyUses]), leaves);
      const { tapes, captured } = closeOverAll([tape, forward.tape, backward]);
      const params: CustomParams = {
        tape: tapes[0],
        forward: tapes[1],
        backward: tapes[2],
        args: leaves.length,
      };
      return output.build(bind(customVjpPrimitive, [...leaves, ...captured], params)) as R;
    } finally {
      recording = false;
    }
  };
  return Object.defineProperty(custom, "name", { value: f.name });
}

interface Forward {
  readonly tape: Tape;
  /** How many of its outputs are results; the others are residuals. */
  readonly results: number;
  /** The form of `[residuals]`. */
  readonly residuals: TreeStructure;
  readonly keyUses: KeyUses;
}

/** Records `forward` and holds it to the function's own result. */
function traceForward(
  forward: (...args: unknown[]) => unknown,
  structure: TreeStructure,
  leaves: readonly Abstract[],
  { outputs }: Tape,
  output: TreeStructure,
): Forward {
  let residuals: TreeStructure;
  const { tape, keyUses } = trace(
    "customVjp",
    (...args: unknown[]) => {
      const pair = forward(...args);
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new TreeError("customVjp: forward must return [result, residuals]");
      }
      const result = flattenTree(pair[0], "customVjp", "forward's result");
      requireSameTree(
        "customVjp",
        "the function's result",
        output,
        "forward's result",
        result.structure,
      );
      requireLike("forward's result", result.leaves, outputs, output.paths);
      residuals = flattenTree([pair[1]], "customVjp", "residual ").structure;
      return pair;
    },
    structure,
    leaves,
  );
  return { tape, results: outputs.length, residuals: residuals!, keyUses };
}

/** Records `backward` and holds it to the arguments. */
function traceBackward(
  backward: (residuals: unknown, cotangent: unknown) => unknown,
  structure: TreeStructure,
  leaves: readonly AnyTensor[],
  forward: Forward,
  output: TreeStructure,
): Tape {
  const results = forward.tape.outputs.slice(0, forward.results);
  const kept = forward.tape.outputs.slice(forward.results);
  const seeds = results.filter(({ dtype }) => isFloating(dtype));
  return traceFlat("customVjp", [...kept, ...seeds], (inputs) => {
    const [residuals] = forward.residuals.build(inputs.slice(0, kept.length)) as [unknown];
    const rest = inputs.slice(kept.length);
    const cotangent = output.build(
      results.map(({ shape, dtype }) => isFloating(dtype) ? rest.shift()! : zeros(shape, dtype)),
    );
    const back = backward(residuals, cotangent);
    const args = structure.build(leaves) as unknown[];
    if (!Array.isArray(back) || back.length !== args.length) {
      throw new TreeError(
        `customVjp: backward must return a list of ${args.length} cotangents, one for each argument`,
      );
    }
    return back.flatMap((tree: unknown, i) => {
      const argument = flattenTree(args[i], "customVjp", `argument ${i}`);
      const expected = argument.leaves;
      const floats = expected.filter(({ dtype }) => isFloating(dtype));
      if (tree === null) return floats.map(({ shape, dtype }) => zeros(shape, dtype));
      const name = `cotangent ${i} of backward`;
      const flat = flattenTree(tree, "customVjp", name);
      requireSameTree("customVjp", `argument ${i}`, argument.structure, name, flat.structure);
      const chosen = expected.flatMap(({ dtype }, j) => isFloating(dtype) ? [j] : []);
      const found = chosen.map((j) => flat.leaves[j]);
      requireLike(name, found, floats, chosen.map((j) => flat.structure.paths[j]));
      return found;
    });
  });
}

function requireLike(
  what: string,
  found: readonly Abstract[],
  expected: readonly Abstract[],
  paths: readonly string[],
): void {
  for (const [i, { shape, dtype }] of expected.entries()) {
    if (!equalShapes(found[i].shape, shape) || found[i].dtype !== dtype) {
      throw new ShapeError(
        `customVjp: ${what}${paths[i]} is ${found[i].dtype}${
          showShape(found[i].shape)
        }, where ${dtype}${showShape(shape)} is needed`,
      );
    }
  }
}
