/**
 * Matrix products and what generalizes them.
 *
 * @module
 */
import { broadcastShapes } from "../shape/broadcast.ts";
import type { Shape } from "../shape/dim.ts";
import { type Einsum, einsumShape, parseEinsum } from "../shape/einsum.ts";
import type { Arg, Ok } from "../shape/fail.ts";
import { type MatMul, matmulShape } from "../shape/matmul.ts";
import { type DType, DTypeError, type Promote, promote } from "../tensor/dtype.ts";
import type { AnyTensor, DTypeOf, Tensor } from "../tensor/tensor.ts";
import { mul } from "../primitives/arithmetic.ts";
import { broadcast, sumAxes } from "../primitives/broadcast.ts";
import { equal, select, zero } from "../primitives/compare.ts";
import { contractRaw } from "../primitives/contraction.ts";
import { iota } from "../primitives/create.ts";
import { transposeRaw } from "../primitives/movement.ts";
import { convert } from "../primitives/operands.ts";
import { reshapeRaw } from "../primitives/reshape.ts";
import type { Shapes } from "./joining.ts";

/**
 * The matrix product, as NumPy's `@`: matrices multiply, a vector is a row on the left and a column
 * on the right, further axes in front are batches and broadcast. Dtypes are promoted.
 *
 * @throws {ShapeError} Where the inner dims differ, batches do not broadcast, or an operand is a scalar.
 *
 * @example
 * ```ts
 * import { matmul, tensor } from "@katachi/katachi";
 *
 * matmul(tensor([[1, 2], [3, 4]]), tensor([1, 10])).toArray(); // [21, 43]
 * ```
 */
export function matmul<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "matmul",
>(
  a: Tensor<A, D>,
  b: Arg<MatMul<A, B, K>, Tensor<B, E>>,
): Tensor<Ok<MatMul<A, B, K>>, Promote<D, E>> {
  return matmulOf(a as never, b as never) as never;
}

function matmulOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  const shape = matmulShape(a.shape, b.shape);
  const [left, right] = numbers("matmul", [a, b]);
  const rows = left.shape.length === 1 ? reshapeRaw(left, [1, ...left.shape]) : left;
  const columns = right.shape.length === 1 ? reshapeRaw(right, [...right.shape, 1]) : right;
  return reshapeRaw(multiply(rows, columns), shape);
}

/** Products of matrices, or of batches of them. */
function multiply(a: AnyTensor, b: AnyTensor): AnyTensor {
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  if (batchB.length === 0) {
    const contract = [[a.shape.length - 1], [0]] as const;
    return contractRaw(a, b, { contract, batch: [[], []] });
  }
  const batch = broadcastShapes("matmul", batchA, batchB);
  const axes = batch.map((_, axis) => axis);
  return contractRaw(
    broadcast(a, [...batch, ...a.shape.slice(-2)]),
    broadcast(b, [...batch, ...b.shape.slice(-2)]),
    { contract: [[batch.length + 1], [batch.length]], batch: [axes, axes] },
  );
}

/** Operands in their common dtype, which must be one of numbers. */
function numbers(operation: string, tensors: readonly AnyTensor[]): readonly AnyTensor[] {
  const dtype = tensors.map(({ dtype }) => dtype).reduce(promote);
  if (dtype === "bool") {
    throw new DTypeError(`${operation}: needs numbers, got bool; convert with astype`);
  }
  return tensors.map((x) => convert(x, dtype));
}

/**
 * Einstein's summation: each operand's axes are named by letters, axes of one letter are multiplied
 * along each other, and letters that the result does not name are summed over. Without `->` the
 * result has the letters that occur once, in alphabetical order. `...` stands for axes that
 * broadcast.
 *
 * Several operands are multiplied from left to right; each letter is summed over as soon as no later
 * operand names it.
 *
 * @throws {ShapeError} Where the text does not fit the operands, or a letter has two sizes.
 *
 * @example
 * ```ts
 * import { einsum, tensor } from "@katachi/katachi";
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * einsum("ij,jk->ik", a, a).toArray(); // [[7, 10], [15, 22]]
 * einsum("ii->", a).item(); // 5
 * ```
 */
export function einsum<
  const E extends string,
  const L extends readonly AnyTensor[],
  K extends string = "einsum",
>(
  equation: Arg<Einsum<E, Shapes<L>, K>, E>,
  ...operands: L
): Tensor<Ok<Einsum<E, Shapes<L>, K>>, DTypeOf<L[number]>> {
  return einsumOf(equation as never, ...operands) as never;
}

function einsumOf(equation: string, ...operands: readonly AnyTensor[]): AnyTensor {
  const shapes = operands.map(({ shape }) => shape);
  const shape = einsumShape(equation, shapes);
  const parsed = parseEinsum(equation, shapes);
  const terms = numbers("einsum", operands).map((x, i) =>
    diagonals({ x, letters: [...parsed.inputs[i]] })
  );
  const output = [...parsed.output];
  const total = terms.slice(1).reduce(
    (left, right, i) =>
      combine(left, right, new Set([...output, ...terms.slice(i + 2).flatMap((t) => t.letters)])),
    terms[0],
  );
  const { x, letters } = keepOnly(total, new Set(output));
  return broadcast(transposeRaw(x, output.map((letter) => letters.indexOf(letter))), shape);
}

/** An operand with a letter for each axis. */
interface Term {
  readonly x: AnyTensor;
  readonly letters: readonly string[];
}

/** A letter that stands twice picks the diagonal. */
function diagonals({ x, letters }: Term): Term {
  const again = letters.findIndex((letter, i) => letters.indexOf(letter) !== i);
  if (again < 0) return { x, letters };
  const first = letters.indexOf(letters[again]);
  const onDiagonal = equal(iota(x.shape, first, "int32"), iota(x.shape, again, "int32"));
  return diagonals({
    x: sumAxes(select(onDiagonal, x, zero(x)), [again]),
    letters: letters.toSpliced(again, 1),
  });
}

/** Sums over the letters that nobody names any more. */
function keepOnly({ x, letters }: Term, wanted: ReadonlySet<string>): Term {
  const gone = letters.flatMap((letter, axis) => wanted.has(letter) ? [] : [axis]);
  return { x: sumAxes(x, gone), letters: letters.filter((letter) => wanted.has(letter)) };
}

/** Multiplies two terms: shared letters that are wanted later are batches, the others contracted. */
function combine(left: Term, right: Term, later: ReadonlySet<string>): Term {
  const a = keepOnly(left, new Set([...later, ...right.letters]));
  const b = keepOnly(right, new Set([...later, ...left.letters]));
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  // A dim of 1 against a larger one broadcasts; contraction needs equal dims.
  const size = new Map<string, number>();
  for (const { x, letters } of [a, b]) {
    letters.forEach((letter, i) => size.set(letter, Math.max(size.get(letter) ?? 1, x.shape[i])));
  }
  const [x, y] = [a, b].map((term) =>
    broadcast(
      term.x,
      term.x.shape.map((dim, i) =>
        shared.includes(term.letters[i]) && dim === 1 ? size.get(term.letters[i])! : dim
      ),
    )
  );
  const batch = shared.filter((letter) => later.has(letter));
  const summed = shared.filter((letter) => !later.has(letter));
  const axes = (term: Term, names: readonly string[]) =>
    names.map((name) => term.letters.indexOf(name));
  const free = (term: Term) => term.letters.filter((letter) => !shared.includes(letter));
  return {
    x: contractRaw(x, y, {
      contract: [axes(a, summed), axes(b, summed)],
      batch: [axes(a, batch), axes(b, batch)],
    }),
    letters: [...batch, ...free(a), ...free(b)],
  };
}

/**
 * The products of every element of one vector with every element of another.
 *
 * @example
 * ```ts
 * import { outer, tensor } from "@katachi/katachi";
 *
 * outer(tensor([1, 2]), tensor([3, 4])).toArray(); // [[3, 4], [6, 8]]
 * ```
 */
export function outer<N extends number, D extends DType, M extends number, E extends DType>(
  a: Tensor<[N], D>,
  b: Tensor<[M], E>,
): Tensor<[N, M], Promote<D, E>> {
  return outerOf(a as never, b as never) as never;
}

function outerOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  return mul(reshapeRaw(a, [a.size, 1]), reshapeRaw(b, [1, b.size]));
}
