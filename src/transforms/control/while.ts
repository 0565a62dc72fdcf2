/**
 * Loops: `whileLoop` and `foriLoop`.
 *
 * @module
 */
import { useKeysOf } from "../../random/reuse.ts";
import { ShapeError, showShape } from "../../shape/fail.ts";
import { DTypeError } from "../../tensor/dtype.ts";
import { isTensor } from "../../tensor/storage.ts";
import { flattenTree, type FlatTree, requireSameTree, TreeError } from "../../tensor/tree.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { bind } from "../../tape/recorder.ts";
import { add } from "../../primitives/arithmetic.ts";
import { less } from "../../primitives/compare.ts";
import { convert, scalar } from "../../primitives/operands.ts";
import { constantsFirst } from "./constants_first.ts";
import { trace } from "../trace.ts";
import { requireSameCarry } from "./carry.ts";
import { scan } from "./scan.ts";
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
  const test = trace(
    "whileLoop",
    (now: C) => {
      const going = condition(now);
      requireBool(going);
      return going;
    },
    structure,
    carry.leaves,
  );
  const step = trace(
    "whileLoop",
    (now: C) => {
      const next = body(now);
      requireCarry("whileLoop", carry, next);
      return next;
    },
    structure,
    carry.leaves,
  );
  // How many rounds is not known: there may be two.
  const passedOn = carry.leaves.map((_, i) => step.tape.outputs[i] === step.tape.inputs[i]);
  for (const { keyUses } of [test, step]) useKeysOf(keyUses, carry.leaves, { rounds: 2, passedOn });
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
  if (typeof lower === "number" && typeof upper === "number") {
    const first = { i: int(lower), carry: init };
    int(upper);
    const [last] = scan(
      (now: typeof first, _: null): [typeof first, null] => [stepOf(now, body), null],
      first,
      null,
      { length: Math.max(upper - lower, 0) },
    );
    return last.carry;
  }
  const end = int(upper);
  const first = { i: int(lower), carry: init };
  return whileLoop((now: typeof first) => less(now.i, end), (now) => stepOf(now, body), first)
    .carry;
}

interface Counted<C> {
  readonly i: Tensor<[], "int32">;
  readonly carry: C;
}

function stepOf<C>(
  { i, carry }: Counted<C>,
  body: (i: Tensor<[], "int32">, carry: C) => C,
): Counted<C> {
  const next = body(i, carry);
  requireCarry("foriLoop", flattenTree(carry, "foriLoop", "the carry"), next);
  return { i: add(i, 1), carry: next };
}

function int(bound: LoopBound): Tensor<[], "int32"> {
  if (typeof bound === "number") {
    if (!Number.isInteger(bound)) {
      throw new ShapeError(`foriLoop: a bound must be a whole number, got ${bound}`);
    }
    return scalar(bound, "int32", "foriLoop") as never;
  }
  const { shape, dtype } = bound as AnyTensor;
  if (shape.length !== 0 || (dtype !== "int32" && dtype !== "uint32")) {
    throw new DTypeError(
      `foriLoop: a bound must be a number or an int32 scalar, got ${dtype}${showShape(shape)}`,
    );
  }
  return convert(bound, "int32") as never;
}

function requireCarry(operation: string, carry: FlatTree, next: unknown): void {
  const flat = flattenTree(next, operation, "the next carry");
  requireSameTree(operation, "the carry", carry.structure, "the next carry", flat.structure);
  requireSameCarry(operation, carry, flat.leaves);
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
