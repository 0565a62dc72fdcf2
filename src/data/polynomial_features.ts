/**
 * Products of features, by which a linear model draws curves.
 *
 * @module
 */
import {
  type AnyTensor,
  type Arg,
  concat,
  type DType,
  fromBuffer,
  full,
  mul,
  type Ok,
  type Shape,
  ShapeError,
  take,
  type Tensor,
} from "../../mod.ts";
import { type Polynomial, type PolynomialOptions, productsOf } from "./polynomial_shape.ts";
import { requireWhole } from "./rows.ts";

/**
 * All products of up to `degree` of the features along the last axis: for `a` and `b` up to degree 2
 * the columns `1, a, b, a², a b, b²`. Their order is that of scikit-learn's `PolynomialFeatures`.
 *
 * There are `(F + degree)! / (F! degree!)` of `F` features, which grows fast. Scale features first:
 * the tenth power of 100 leaves no digits to others.
 *
 * @throws {ShapeError} Where there is no axis of features.
 * @throws {RangeError} Where the degree is not a whole number from 0 on, or no column would be left.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { polynomialFeatures } from "@katachi/katachi/data";
 *
 * const x = tensor([[2, 3]]);
 * polynomialFeatures(x, 2).toArray(); // [[1, 2, 3, 4, 6, 9]]
 * polynomialFeatures(x, 2, { interactionOnly: true, includeBias: false }).toArray(); // [[2, 3, 6]]
 * ```
 */
export function polynomialFeatures<
  S extends Shape,
  D extends DType,
  const N extends number,
  const O extends PolynomialOptions = Record<never, never>,
  K extends string = "polynomialFeatures",
>(
  x: Arg<Polynomial<S, N, O, K>, Tensor<S, D>>,
  degree: N,
  options?: O,
): Tensor<Ok<Polynomial<S, N, O, K>>, D> {
  return polynomialOf(x as never, degree, options) as never;
}

function polynomialOf(
  x: AnyTensor,
  degree: number,
  { interactionOnly = false, includeBias = true }: PolynomialOptions = {},
): AnyTensor {
  if (x.rank === 0) {
    throw new ShapeError("polynomialFeatures: needs an axis of features, got a scalar");
  }
  requireDegree("polynomialFeatures", degree, includeBias);
  const lead = x.shape.slice(0, -1);
  const features = x.shape[lead.length];
  const columns: AnyTensor[] = includeBias ? [full([...lead, 1], 1, x.dtype) as AnyTensor] : [];
  let below = x;
  if (degree > 0) columns.push(x);
  for (const products of productsOf(features, degree, interactionOnly)) {
    const pick = (from: AnyTensor, which: number[]): AnyTensor =>
      take(from, fromBuffer(Int32Array.from(which), [which.length]), -1);
    below = mul(
      pick(below, products.map(({ of }) => of)),
      pick(x, products.map(({ factor }) => factor)),
    );
    columns.push(below);
  }
  return concat(columns, -1);
}

function requireDegree(operation: string, degree: number, includeBias: boolean): void {
  requireWhole(operation, "degree", degree, 0);
  if (degree === 0 && !includeBias) {
    throw new RangeError(`${operation}: degree 0 without a bias leaves no column`);
  }
}

/**
 * The names of the columns of {@linkcode polynomialFeatures}, of named features or of a number of
 * them: `x0`, `x1`, …
 *
 * @throws {RangeError} Where the degree is not a whole number from 0 on, or no column would be left.
 *
 * @example
 * ```ts
 * import { polynomialFeatureNames } from "@katachi/katachi/data";
 *
 * polynomialFeatureNames(["a", "b"], 2); // ["1", "a", "b", "a^2", "a b", "b^2"]
 * ```
 */
export function polynomialFeatureNames(
  features: number | readonly string[],
  degree: number,
  { interactionOnly = false, includeBias = true }: PolynomialOptions = {},
): string[] {
  requireDegree("polynomialFeatureNames", degree, includeBias);
  const names = typeof features === "number"
    ? Array.from({ length: features }, (_, i) => `x${i}`)
    : features;
  const columns = includeBias ? ["1"] : [];
  let below = names.map((_, feature) => [feature]);
  const show = (product: readonly number[]) =>
    [...new Set(product)].map((feature) => {
      const power = product.filter((each) => each === feature).length;
      return power === 1 ? names[feature] : `${names[feature]}^${power}`;
    }).join(" ");
  if (degree > 0) columns.push(...names);
  for (const products of productsOf(names.length, degree, interactionOnly)) {
    below = products.map(({ of, factor }) => [...below[of], factor]);
    columns.push(...below.map(show));
  }
  return columns;
}
