/**
 * Loops: `whileLoop` and `foriLoop`.
 *
 * @module
 */
import { ShapeError, showShape } from "../../shape/fail.ts";
import { DTypeError } from "../../tensor/dtype.ts";
import { isTensor } from "../../tensor/storage.ts";
import { flattenTree, TreeError } from "../../tensor/tree.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { bind } from "../../tape/recorder.ts";
import { add } from "../../primitives/arithmetic.ts";
import { less } from "../../primitives/compare.ts";
import { convert, scalar } from "../../primitives/operands.ts";
import { constantsFirst } from "./constants_first.ts";
import { scan } from "./scan.ts";
import { requireCarry, traceRepeated } from "./step.ts";
import { whilePrimitive } from "./while_primitive.ts";

/** A bound of {@linkcode foriLoop}: fixed, or computed. */
export type LoopBound = number | Tensor<[], "int32"> | Tensor<[], "uint32">;

/**
 * Applies `body` to a carry, a tree, for as long as `condition` holds of it. How often is decided
 * while the program runs, so the loop works under `jit`, where JavaScript's own would have to read a
 * traced value.
 *
 * It can be differentiated forward (`jvp`, `jacfwd`) and vectorized; `grad` needs
 * {@linkcode foriLoop} with fixed bounds, or `scan`.
 *
 * @throws {TreeError} Where `body` gives another tree than it got, or `condition` no scalar bool.
 * @throws {ShapeError} Where the carry's shapes change.
 * @throws {TraceError} When it is differentiated in reverse.
 *
 * @example
 * ```ts
 * import { greater, type Tensor, tensor, whileLoop } from "@katachi/katachi";
 *
 * // Halves until it is small enough.
 * whileLoop((x: Tensor<[]>) => greater(x, 1), (x) => x.mul(0.5), tensor(10)).item(); // 0.625
 * ```
 */
export function whileLoop<C>(
  condition: (carry: C) => Tensor<[], "bool">,
  body: (carry: C) => NoInfer<C>,
  init: C,
): C {
  const carry = flattenTree(init, "whileLoop", "the carry");
  const { structure } = flattenTree([init], "whileLoop", "");
  const repeated = { carry, structure, operands: carry.leaves, repeats: true };
  const test = traceRepeated("whileLoop", (now: C) => {
    const going = condition(now);
    requireBool(going);
    return going;
  }, repeated);
  const step = traceRepeated("whileLoop", body, repeated, (next) => next);
  const ofTest = constantsFirst(test.tape);
  const ofStep = constantsFirst(step.tape);
  const operands = [...ofTest.captured, ...ofStep.captured, ...carry.leaves];
  return carry.structure.build(bind(whilePrimitive, operands, {
    condition: ofTest.tape,
    body: ofStep.tape,
    conditionConstants: ofTest.captured.length,
    bodyConstants: ofStep.captured.length,
  })) as C;
}

/**
 * Applies `body` to the numbers from `lower` to before `upper` and a carry, a tree. With fixed bounds
 * it is a `scan`, and differentiable like one; with bounds that are tensors a {@linkcode whileLoop}.
 *
 * @throws {TreeError} Where `body` gives another tree than it got.
 * @throws {ShapeError} Where the carry's shapes change.
 *
 * @example
 * ```ts
 * import { foriLoop, type Tensor, tensor } from "@katachi/katachi";
 *
 * const factorial = foriLoop(1, 6, (i, product: Tensor<[]>) => product.mul(i.astype("float32")), tensor(1));
 * factorial.item(); // 120
 * ```
 */
export function foriLoop<C>(
  lower: LoopBound,
  upper: LoopBound,
  body: (i: Tensor<[], "int32">, carry: C) => NoInfer<C>,
  init: C,
): C {
  for (const bound of [lower, upper]) {
    if (typeof bound === "number" && !Number.isInteger(bound)) {
      throw new ShapeError(`foriLoop: a bound must be a whole number, got ${bound}`);
    }
  }
  const carry = flattenTree(init, "foriLoop", "the carry");
  const first = { i: int(lower), carry: init };
  const step = ({ i, carry: now }: typeof first): typeof first => {
    const next = body(i, now);
    requireCarry("foriLoop", carry, next);
    return { i: add(i, 1), carry: next };
  };
  if (typeof lower === "number" && typeof upper === "number") {
    const length = Math.max(upper - lower, 0);
    return scan((now: typeof first, _: null) => [step(now), null], first, null, { length })[0]
      .carry;
  }
  const end = int(upper);
  return whileLoop((now: typeof first) => less(now.i, end), step, first).carry;
}

function int(bound: LoopBound): Tensor<[], "int32"> {
  if (typeof bound === "number") return scalar(bound, "int32", "foriLoop") as never;
  const { shape, dtype } = bound as AnyTensor;
  if (shape.length !== 0 || (dtype !== "int32" && dtype !== "uint32")) {
    throw new DTypeError(
      `foriLoop: a bound must be a number or an int32 scalar, got ${dtype}${showShape(shape)}`,
    );
  }
  return convert(bound, "int32") as never;
}

function requireBool(going: unknown): void {
  if (!isTensor(going)) {
    throw new TreeError(
      `whileLoop: the condition must give a scalar bool tensor, got ${typeof going}`,
    );
  }
  if (going.shape.length !== 0 || going.dtype !== "bool") {
    throw new ShapeError(
      `whileLoop: the condition must give a scalar bool, got ${going.dtype}${
        showShape(going.shape)
      }`,
    );
  }
}
