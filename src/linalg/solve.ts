/**
 * Systems of linear equations.
 *
 * @module
 */
import type { Arg, DType, Floating, Ok, Promote, Shape, Tensor } from "../../mod.ts";
import { orderOf, type Square } from "../shape/matrix.ts";
import { type Solve, solveShape } from "../shape/solve.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { identity } from "../primitives/linear_algebra/matrices.ts";
import { luRaw, solveRaw, solveWith } from "../primitives/linear_algebra/lu.ts";
import { triangularSolveRaw } from "../primitives/linear_algebra/triangular_solve.ts";
import { byColumns, inBatch, real } from "./batches.ts";

/**
 * The `X` with `A X = B` for square `A` `[…, n, n]`, by elimination with row pivoting. `B` is a vector
 * `[n]` or matrices `[…, n, k]`; batches broadcast. Where `A` is singular, there are infinities and
 * NaN.
 *
 * @throws {ShapeError} Where `A` is not square or shapes do not fit.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { solve } from "@katachi/katachi/linalg";
 *
 * solve(tensor([[2, 1], [1, 1]]), tensor([5, 3])).toArray(); // [2, 1]
 * ```
 */
export function solve<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "solve",
>(
  a: Tensor<A, D>,
  b: Arg<Solve<A, B, K>, Tensor<B, E>>,
): Tensor<Ok<Solve<A, B, K>>, Floating<Promote<D, E>>> {
  return solveOf(a as never, b as never) as never;
}

function solveOf(a: AnyTensor, b: AnyTensor): AnyTensor {
  const shape = solveShape("solve", a.shape, b.shape);
  return byColumns("solve", a, b, shape, (x, columns, batch) => {
    const [lu, pivots, permutation] = luRaw(x);
    return solveWith(
      [inBatch(lu, batch), inBatch(pivots, batch, 1), inBatch(permutation, batch, 1)],
      columns,
    );
  });
}

/** How {@linkcode solveTriangular} reads its matrices, as SciPy's options are. */
export interface SolveTriangularOptions {
  /** Whether `A` is lower triangular; false, which is upper, unless told. */
  readonly lower?: boolean;
  /** Whether to solve `Aᵀ X = B`; false unless told. */
  readonly transpose?: boolean;
  /** Whether the diagonal counts as ones, whatever stands there; false unless told. */
  readonly unitDiagonal?: boolean;
}

/**
 * The `X` with `A X = B` for triangular `A` `[…, n, n]`; the other triangle is not read. `B` is a
 * vector `[n]` or matrices `[…, n, k]`; batches broadcast. A zero on the diagonal gives infinities and
 * NaN.
 *
 * @throws {ShapeError} Where `A` is not square or shapes do not fit.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { solveTriangular } from "@katachi/katachi/linalg";
 *
 * const a = tensor([[2, 0], [1, 1]]);
 * solveTriangular(a, tensor([4, 3]), { lower: true }).toArray(); // [2, 1]
 * ```
 */
export function solveTriangular<
  A extends Shape,
  D extends DType,
  B extends Shape,
  E extends DType,
  K extends string = "solveTriangular",
>(
  a: Tensor<A, D>,
  b: Arg<Solve<A, B, K>, Tensor<B, E>>,
  options?: SolveTriangularOptions,
): Tensor<Ok<Solve<A, B, K>>, Floating<Promote<D, E>>> {
  return solveTriangularOf(a as never, b as never, options) as never;
}

function solveTriangularOf(
  a: AnyTensor,
  b: AnyTensor,
  { lower = false, transpose = false, unitDiagonal = false }: SolveTriangularOptions = {},
): AnyTensor {
  const shape = solveShape("solveTriangular", a.shape, b.shape);
  return byColumns(
    "solveTriangular",
    a,
    b,
    shape,
    (x, columns, batch) =>
      triangularSolveRaw(inBatch(x, batch), columns, { lower, transpose, unitDiagonal }),
  );
}

/**
 * The inverses of square matrices `[…, n, n]`. To solve equations, {@linkcode solve} is faster and more
 * accurate. Where a matrix is singular, there are infinities and NaN.
 *
 * @throws {ShapeError} Where the matrices are not square.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { inv } from "@katachi/katachi/linalg";
 *
 * inv(tensor([[2, 1], [1, 1]])).toArray(); // [[1, -1], [-1, 2]]
 * ```
 */
export function inv<S extends Shape, D extends DType, K extends string = "inv">(
  a: Arg<Square<S, K>, Tensor<S, D>>,
): Tensor<Ok<Square<S, K>>, Floating<D>> {
  return invOf(a as never) as never;
}

function invOf(a: AnyTensor): AnyTensor {
  const n = orderOf("inv", a.shape);
  const x = real(a);
  return solveRaw(x, identity(x, n));
}
