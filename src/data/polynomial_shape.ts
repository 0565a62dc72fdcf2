/**
 * How many polynomial features there are.
 *
 * @module
 */
import type { Add, DivFloor, Mul, NotWhole, Sub } from "../shape/arithmetic.ts";
import type { IsLiteral, Shape, UnknownRank } from "../shape/dim.ts";
import type { Fail } from "../shape/fail.ts";
import type { Setting } from "../shape/window.ts";

/** Which products are features. */
export interface PolynomialOptions {
  /** Whether a product has every feature at most once; `false` unless given. */
  readonly interactionOnly?: boolean;
  /** Whether there is a column of ones, for a model without a bias; there is unless told. */
  readonly includeBias?: boolean;
}

/** The shape of polynomial features: another last dim. */
export type Polynomial<
  S extends Shape,
  Degree extends number,
  O extends PolynomialOptions,
  K extends string,
> = UnknownRank<S, K> extends true ? Shape
  : S extends readonly [...infer Lead extends Shape, infer F extends number]
    ? [...Lead, Columns<F, Degree, O, K>]
  : Fail<`${K}: needs an axis of features, got a scalar`>;

/** @internal */
type Columns<F extends number, Degree extends number, O extends PolynomialOptions, K> =
  IsLiteral<F, K> extends false ? number
    : IsLiteral<Degree, K> extends false ? number
    : NotWhole<Degree> extends true ? number
    : WithBias<F, Degree, Setting<O, "interactionOnly", false>> extends infer N extends number
      ? Setting<O, "includeBias", true> extends infer Bias
        ? [Bias] extends [true] ? N : [Bias] extends [false] ? Sub<N, 1> : number
      : never
    : never;

/** @internal */
type WithBias<F extends number, Degree extends number, Only> = [Only] extends [true]
  ? Subsets<F, Degree>
  : [Only] extends [false] ? Multisets<F, Degree>
  : number;

/**
 * The ways to choose up to `Degree` of `F` features, each as often as one likes:
 * `(F + 1) / 1 * (F + 2) / 2 * …`
 */
type Multisets<
  F extends number,
  Degree extends number,
  I extends number = 0,
  N extends number = 1,
> = I extends Degree ? N
  : Add<I, 1> extends infer J extends number
    ? Multisets<F, Degree, J, DivFloor<Mul<N, Add<F, J>>, J>>
  : never;

/** The ways to choose up to `Degree` of `F` features, each once: `1 + F / 1 + F / 1 * (F - 1) / 2 + …` */
type Subsets<
  F extends number,
  Degree extends number,
  I extends number = 0,
  Term extends number = 1,
  N extends number = 1,
> = I extends Degree | F ? N
  : Add<I, 1> extends infer J extends number
    ? DivFloor<Mul<Term, Sub<F, I>>, J> extends infer Next extends number
      ? Subsets<F, Degree, J, Next, Add<N, Next>>
    : never
  : never;

/** A product of features as one that has a factor less, and that factor. */
export interface Product {
  /** Which product of the degree below. */
  readonly of: number;
  /** Which feature it is multiplied with. */
  readonly factor: number;
}

/** The products of two factors, of three, …, in scikit-learn's order. */
export function* productsOf(
  features: number,
  degree: number,
  interactionOnly: boolean,
): Generator<Product[], void, undefined> {
  let below: Product[] = Array.from({ length: features }, (_, factor) => ({ of: 0, factor }));
  for (let d = 2; d <= degree && below.length > 0; d++) {
    below = below.flatMap((product, of) => {
      const first = interactionOnly ? product.factor + 1 : product.factor;
      return Array.from({ length: features - first }, (_, i) => ({ of, factor: first + i }));
    });
    if (below.length > 0) yield below;
  }
}
