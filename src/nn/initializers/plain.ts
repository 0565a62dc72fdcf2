/**
 * Initializers that do not look at the shape.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  type Arg,
  type FloatDType,
  type FromDims,
  full,
  mul,
  type Ok,
  random,
  type Shape,
  type Tensor,
} from "../../../mod.ts";
import { checkDims } from "../../shape/literal.ts";

/** An initializer of any shape. */
export type ShapeInitializer<Op extends string> = <
  const S extends Shape,
  D extends FloatDType = "float32",
  K extends string = Op,
>(
  key: random.Key,
  shape: Arg<FromDims<S, K>, S>,
  dtype?: D,
) => Tensor<Ok<FromDims<S, K>>, NoInfer<D>>;

function initializer<Op extends string>(
  operation: Op,
  draw: (key: random.Key, shape: Shape, dtype: FloatDType) => AnyTensor,
): ShapeInitializer<Op> {
  return ((key: random.Key, shape: Shape, dtype: FloatDType = "float32") => {
    checkDims(operation, shape);
    return draw(key, shape, dtype);
  }) as unknown as ShapeInitializer<Op>;
}

/**
 * The same number everywhere. The key is not used.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * initializers.constant(0.5)(random.key(0), [2]).toArray(); // [0.5, 0.5]
 * ```
 */
export function constant(value: number): ShapeInitializer<"constant"> {
  return initializer("constant", (_, shape, dtype) => full(shape, value, dtype));
}

/**
 * 0 everywhere. The key is not used.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * initializers.zeros(random.key(0), [2]).toArray(); // [0, 0]
 * ```
 */
export const zeros: ShapeInitializer<"zeros"> = initializer(
  "zeros",
  (_, shape, dtype) => full(shape, 0, dtype),
);

/**
 * 1 everywhere. The key is not used.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * initializers.ones(random.key(0), [2]).toArray(); // [1, 1]
 * ```
 */
export const ones: ShapeInitializer<"ones"> = initializer(
  "ones",
  (_, shape, dtype) => full(shape, 1, dtype),
);

/** The bounds of {@linkcode uniform}. */
export interface UniformBounds {
  /** The least value; 0 unless given. */
  readonly minval?: number;
  /** The value that is not reached; 1 unless given. */
  readonly maxval?: number;
}

/**
 * Numbers spread evenly from `minval` to before `maxval`, 0 and 1 unless given, as PyTorch's. (JAX's
 * are from 0 to 0.01, and Keras's from -0.05 to 0.05.)
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * initializers.uniform({ minval: 2, maxval: 3 })(random.key(0), [100]).min().item() >= 2; // true
 * ```
 */
export function uniform(options: UniformBounds = {}): ShapeInitializer<"uniform"> {
  return initializer(
    "uniform",
    (key, shape, dtype) => random.uniform(key, shape, { ...options, dtype }),
  );
}

/** The parameters of {@linkcode normal}. */
export interface NormalParameters {
  /** The mean; 0 unless given. */
  readonly mean?: number;
  /** The standard deviation; 1 unless given. */
  readonly stddev?: number;
}

/**
 * Numbers of a normal distribution, of mean 0 and standard deviation 1 unless given, as PyTorch's.
 * (JAX's standard deviation is 0.01, and Keras's 0.05.)
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * initializers.normal({ stddev: 0.01 })(random.key(0), [2, 3]).shape; // [2, 3]
 * ```
 */
export function normal(
  { mean = 0, stddev = 1 }: NormalParameters = {},
): ShapeInitializer<"normal"> {
  return initializer(
    "normal",
    (key, shape, dtype) => moved(random.normal(key, shape, { dtype }), stddev, mean),
  );
}

/** The parameters of {@linkcode truncatedNormal}. */
export interface TruncatedNormalParameters extends NormalParameters {
  /** The lower bound, in standard deviations from the mean; -2 unless given. */
  readonly lower?: number;
  /** The upper bound, in standard deviations from the mean; 2 unless given. */
  readonly upper?: number;
}

/**
 * Numbers of a normal distribution, of mean 0 and standard deviation 1 unless given, that lie between
 * two bounds: 2 standard deviations from the mean unless given. What is drawn has a smaller standard
 * deviation than `stddev`, 0.88 of it with these bounds. (The bounds are in standard deviations, as
 * JAX's and Keras's; PyTorch's are numbers.)
 *
 * @throws {RangeError} Where `lower` is not below `upper`, as soon as numbers are drawn.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * const w = initializers.truncatedNormal({ stddev: 0.1 })(random.key(0), [100]);
 * w.max().item() <= 0.2; // true
 * ```
 */
export function truncatedNormal(
  { mean = 0, stddev = 1, lower = -2, upper = 2 }: TruncatedNormalParameters = {},
): ShapeInitializer<"truncatedNormal"> {
  return initializer(
    "truncatedNormal",
    (key, shape, dtype) =>
      moved(random.truncatedNormal(key, lower, upper, shape, { dtype }), stddev, mean),
  );
}

function moved(x: AnyTensor, scale: number, shift: number): AnyTensor {
  const scaled = scale === 1 ? x : mul(x, scale);
  return shift === 0 ? scaled : add(scaled, shift);
}
