/**
 * Positions in sequences: sinusoidal tables and rotary embedding.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  arange,
  type Arg,
  astype,
  type BroadcastTo,
  concat,
  cos,
  type Dim,
  type DType,
  DTypeError,
  expandDims,
  type Fail,
  type FloatDType,
  fromBuffer,
  mul,
  reshape,
  type Shape,
  ShapeError,
  sin,
  split,
  stack,
  sub,
  type Tensor,
  unstack,
} from "../../mod.ts";
import { broadcastToShape } from "../shape/broadcast.ts";
import type { IsLiteral, UnknownRank } from "../shape/dim.ts";
import { type Show, showShape } from "../shape/fail.ts";
import { isFloating } from "../tensor/dtype.ts";
import type { StepsOf } from "./recurrent.ts";

/** How a table of positions is made. */
export interface SinusoidalOptions<D extends FloatDType = FloatDType> {
  /** The wavelengths grow from 2π to this many times 2π; 10,000 unless given. */
  readonly base?: number;
  /** The dtype of the table, `float32` unless given. */
  readonly dtype?: D;
}

/**
 * A table `[T, C]` of sines and cosines to be added to embeddings: row `t` has `sin(t / base^(2i/C))`
 * at column `2i`, and the cosine of the same at `2i + 1`. (A. Vaswani et al., "Attention is all you
 * need", 2017, section 3.5.)
 *
 * @example
 * ```ts
 * import { sinusoidalPositions } from "@katachi/katachi/nn";
 *
 * const table = sinusoidalPositions(16, 4);
 * table.shape; // [16, 4]
 * table.slice([0]).toArray(); // [0, 1, 0, 1]
 * ```
 */
export function sinusoidalPositions<
  const T extends Dim,
  const C extends Dim,
  D extends FloatDType = "float32",
>(
  length: T,
  features: C,
  options: SinusoidalOptions<D> = {},
): Tensor<[T, C], NoInfer<D>> {
  const { base = 10_000, dtype = "float32" } = options;
  const table = new Float64Array(length * features);
  for (let i = 0; i < table.length; i++) {
    const [position, column] = [Math.floor(i / features), i % features];
    const angle = position / base ** ((column - column % 2) / features);
    table[i] = column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  }
  const shape: Shape = [length, features];
  return astype(fromBuffer(table, shape), dtype) as never;
}

/** What the angles of a rotary embedding depend on beside positions. */
export interface RotaryOptions {
  /** The wavelengths grow from 2π to nearly this many times 2π; 10,000 unless given. */
  readonly base?: number;
  /**
   * Which features are turned together: neighbours `(0, 1), (2, 3), …` if `true`, as in the paper and
   * GPT-J; else each with its counterpart in the other half, `(0, C/2), (1, C/2 + 1), …`, as in
   * GPT-NeoX and the published weights of most models since, Llama's in Hugging Face's form among
   * them.
   */
  readonly interleaved?: boolean;
  /** How many features are turned, the first ones; all unless given. */
  readonly features?: number;
}

/** As {@linkcode RotaryOptions}, with the positions. */
export interface RotaryPositions<S extends Shape, P extends Shape, K extends string>
  extends RotaryOptions {
  /** The position of each of the T places, `[T]` or `[…, T]`; 0, 1, 2, … unless given. */
  readonly positions?: Arg<
    BroadcastTo<P, StepsOf<S, K>, `${K}: positions`>,
    Tensor<P, Exclude<DType, "bool">>
  >;
}

/** A shape `[…, T, C]` with an even number C. */
export type Rotary<S extends Shape, K extends string> = UnknownRank<S, K> extends true ? S
  : S extends readonly [...unknown[], unknown, infer C extends Dim]
    ? IsLiteral<C, K> extends true
      ? `${C}` extends `${string}${1 | 3 | 5 | 7 | 9}`
        ? Fail<`${K}: needs an even number of features, got ${Show<S, K>}`>
      : S
    : S
  : Fail<`${K}: needs axes of positions and features, got ${Show<S, K>}`>;

/** The run-time twin of {@linkcode Rotary}. */
function rotaryShape(shape: Shape): void {
  if (shape.length < 2) {
    throw new ShapeError(`rotary: needs axes of positions and features, got ${showShape(shape)}`);
  }
  if (shape[shape.length - 1] % 2 !== 0) {
    throw new ShapeError(`rotary: needs an even number of features, got ${showShape(shape)}`);
  }
}

/**
 * Rotary position embedding of queries or keys `[…, T, C]`: each pair of features is turned by an angle
 * that grows with the position, pair `i` by `position / base^(2i/C)`. The product of a query and a key
 * then depends on the distance of their positions alone. The angles are computed in `float64`. (J. Su
 * et al., "RoFormer: enhanced transformer with rotary position embedding", 2021.)
 *
 * Which features make a pair differs between models, and weights trained with one kind are of no use
 * with the other: see {@linkcode RotaryOptions.interleaved}.
 *
 * @throws {ShapeError} Where the number of features, or of those that are turned, is not even, or the
 * positions do not broadcast to `[…, T]`.
 *
 * @example
 * ```ts
 * import { ones, tensor } from "@katachi/katachi";
 * import { rotary } from "@katachi/katachi/nn";
 *
 * const queries = ones([2, 8, 5, 16]); // [batch, heads, T, C]
 * rotary(queries).shape; // [2, 8, 5, 16]
 * rotary(queries, { positions: tensor([7, 8, 9, 10, 11]), interleaved: true }).shape; // [2, 8, 5, 16]
 * rotary(tensor([[3, 4]])).toArray(); // [[3, 4]]
 * ```
 */
export function rotary<
  S extends Shape,
  D extends FloatDType,
  P extends Shape = Shape,
  K extends string = "rotary",
>(
  x: Arg<Rotary<S, K>, Tensor<S, D>>,
  options?: RotaryPositions<S, P, K>,
): Tensor<S, D> {
  return rotaryOf(x as never, options as never) as never;
}

/** {@linkcode rotary}, without static shapes. */
export function rotaryOf(
  x: AnyTensor,
  options: RotaryOptions & { positions?: AnyTensor } = {},
): AnyTensor {
  rotaryShape(x.shape);
  if (!isFloating(x.dtype)) {
    throw new DTypeError(`rotary: needs float32 or float64, got ${x.dtype}; convert with astype`);
  }
  const [length, features] = x.shape.slice(-2);
  const { base = 10_000, interleaved = false, features: turned = features } = options;
  if (!Number.isInteger(turned / 2) || turned < 0 || turned > features) {
    throw new ShapeError(
      `rotary: the number of features to turn must be even and at most ${features}, got ${turned}`,
    );
  }
  const positions = options.positions ?? arange(length, undefined, 1, "float64");
  broadcastToShape("rotary: positions", positions.shape, x.shape.slice(0, -1));
  const angles = anglesOf(positions, turned, base);
  const [c, s] = [astype(cos(angles), x.dtype), astype(sin(angles), x.dtype)];
  if (turned === features) return turn(x, c, s, interleaved);
  const [first, rest] = split(x, [turned], -1) as AnyTensor[];
  return concat([turn(first, c, s, interleaved), rest], -1);
}

/** The angles `[…, C/2]` at positions. */
function anglesOf(positions: AnyTensor, features: number, base: number): AnyTensor {
  const frequencies = Float64Array.from(
    { length: features / 2 },
    (_, i) => base ** (-2 * i / features),
  );
  const pairs: Shape = [features / 2];
  return mul(expandDims(astype(positions, "float64"), -1), fromBuffer(frequencies, pairs));
}

/** Each pair of features turned, by the cosine and sine of an angle. */
function turn(x: AnyTensor, c: AnyTensor, s: AnyTensor, interleaved: boolean): AnyTensor {
  const [a, b]: readonly AnyTensor[] = interleaved
    ? unstack(reshape(x, [...x.shape.slice(0, -1), x.shape[x.shape.length - 1] / 2, 2]), -1)
    : split(x, 2, -1);
  const pair = [sub(mul(a, c), mul(b, s)), add(mul(b, c), mul(a, s))];
  return interleaved ? reshape(stack(pair, -1), x.shape) : concat(pair, -1);
}
