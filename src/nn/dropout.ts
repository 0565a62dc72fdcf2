/**
 * Dropout: while a model is trained, some of its values are missing.
 *
 * @module
 */
import { type FloatDType, mul, random, type Shape, type Tensor, where } from "../../mod.ts";
import { requireDType } from "../primitives/operands.ts";
import { type Input, type Layer, type LayerKind, makeLayer } from "./layer.ts";

/** How {@linkcode dropout} makes up for what is missing. */
export interface DropoutOptions {
  /**
   * Whether what stays is made larger while the model is trained, by 1 / (1 - rate), which is so
   * unless told; else everything is made smaller in prediction, by 1 - rate.
   */
  readonly inverted?: boolean;
}

/** The types of `dropout.of`. */
export interface DropoutLayer extends LayerKind<"dropout"> {
  /** The shape that comes in. */
  readonly output: Input<this>;
  /** The dtype that comes in. */
  readonly dtype: this["given"];
}

/** The type of {@linkcode dropout}. */
export interface Dropout {
  /** The input with each value set to 0 with a probability, as while a model is trained. */
  <S extends Shape, D extends FloatDType>(
    key: random.Key,
    x: Tensor<S, D>,
    rate: number,
    options?: DropoutOptions,
  ): Tensor<S, D>;
  /** A layer that does so while it is trained. */
  of(rate: number, options?: DropoutOptions): Layer<DropoutLayer>;
}

function checkRate(rate: number): void {
  if (!(rate >= 0 && rate <= 1)) {
    throw new RangeError(`dropout: the rate is a probability, from 0 to 1, got ${rate}`);
  }
}

function apply(
  key: random.Key,
  x: Tensor,
  rate: number,
  { inverted = true }: DropoutOptions = {},
): Tensor {
  checkRate(rate);
  requireDType("dropout", x.dtype, ["float32", "float64"]);
  if (rate === 0) return x;
  const stays = random.bernoulli(key, 1 - rate, x.shape);
  const scaled = inverted && rate < 1 ? mul(x, 1 / (1 - rate)) : x;
  return where(stays, scaled, 0) as Tensor;
}

/**
 * Dropout: while a model is trained, each value is set to 0 with a probability, the rate, and what
 * stays is divided by 1 - rate; in prediction nothing is done. (N. Srivastava and others, "Dropout: a
 * simple way to prevent neural networks from overfitting", 2014.)
 *
 * With `{ inverted: false }` it is as in that paper: what stays stays as it is, and in prediction all
 * values are multiplied by 1 - rate. Either way a value has in training, on average, the value that
 * it has in prediction.
 *
 * @throws {RangeError} Where the rate is not from 0 to 1.
 * @throws {DTypeError} Where the input is no float.
 *
 * @example
 * ```ts
 * import { ones, random } from "@katachi/katachi";
 * import { dropout, linear, sequential } from "@katachi/katachi/nn";
 *
 * dropout(random.key(0), ones([6]), 0.5).toArray(); // [0, 0, 2, 2, 0, 2]
 *
 * const model = sequential(linear.of(3, 8), dropout.of(0.5), linear.of(8, 1));
 * const params = model.init(random.key(1));
 * const [output] = model.train(params, ones([4, 3]), { key: random.key(2) });
 * output.shape; // [4, 1]
 * ```
 */
export const dropout: Dropout = Object.assign(apply, {
  of: (rate: number, options: DropoutOptions = {}) => {
    checkRate(rate);
    const { inverted = true } = options;
    return makeLayer({
      name: "dropout",
      run: (_, x, __, key) => {
        if (key !== undefined) return [apply(key, x as never, rate, options), null];
        return [inverted ? x : mul(x, 1 - rate), null];
      },
    });
  },
}) as unknown as Dropout;
