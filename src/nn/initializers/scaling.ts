/**
 * Initializers that keep the variance of signals from layer to layer.
 *
 * @module
 */
import { mul, random } from "../../../mod.ts";
import { type FanOptions, type Fans, fansOf, type KernelInitializer, kernels } from "./fans.ts";

/** What {@linkcode varianceScaling} divides by: inputs, outputs, or a mean of both. */
export type FanMode = "fanIn" | "fanOut" | "fanAvg" | "fanGeoAvg";

/** What {@linkcode varianceScaling} draws from. */
export type ScaledDistribution = "truncatedNormal" | "normal" | "uniform";

const modes: Readonly<Record<FanMode, (fans: Fans) => number>> = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAvg: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
  fanGeoAvg: ({ fanIn, fanOut }) => Math.sqrt(fanIn * fanOut),
};

/** The standard deviation of the standard normal distribution between -2 and 2. */
const truncated = 0.87962566103423978;

/**
 * Numbers of mean 0 and variance `scale / n`, where `n` is the number of inputs of the kernel, of its
 * outputs, or a mean of both: from a normal distribution, from one that ends at 2 standard deviations
 * (and whose variance is right for all that), or from a uniform one. The initializers that are named
 * after Xavier Glorot, Kaiming He and Yann LeCun are cases of it.
 *
 * For leaky ReLUs with slope `a` the scale is `2 / (1 + a²)`.
 *
 * @throws {ShapeError} Where the shape does not have the layout's axes, as soon as numbers are drawn.
 * @throws {RangeError} Where the scale is not positive.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * const init = initializers.varianceScaling(2, "fanOut", "normal", { layout: "conv" });
 * init(random.key(0), [64, 3, 7, 7]).shape; // [64, 3, 7, 7], of variance 2 / (64 · 7 · 7)
 * ```
 */
export function varianceScaling(
  scale: number,
  mode: FanMode = "fanIn",
  distribution: ScaledDistribution = "truncatedNormal",
  options: FanOptions = {},
): KernelInitializer<"varianceScaling"> {
  return scaled("varianceScaling", scale, mode, distribution, options);
}

function scaled<Op extends string>(
  operation: Op,
  scale: number,
  mode: FanMode,
  distribution: ScaledDistribution,
  { layout }: FanOptions,
): KernelInitializer<Op> {
  if (!(scale > 0)) throw new RangeError(`${operation}: the scale must be positive, got ${scale}`);
  return kernels((key, shape, dtype) => {
    const deviation = Math.sqrt(scale / modes[mode](fansOf(operation, shape, layout)));
    if (distribution === "uniform") {
      const unit = random.uniform(key, shape, { minval: -1, dtype });
      return mul(unit, deviation * Math.sqrt(3));
    }
    if (distribution === "normal") return mul(random.normal(key, shape, { dtype }), deviation);
    const unit = random.truncatedNormal(key, -2, 2, shape, { dtype });
    return mul(unit, deviation / truncated);
  });
}

/**
 * Uniform numbers on ±√(6 / (fanIn + fanOut)), of variance `2 / (fanIn + fanOut)`: they keep variance
 * through linear layers and through tanh near 0, and that of gradients. Also known by Xavier's last
 * name, {@linkcode glorotUniform}. (X. Glorot and Y. Bengio, "Understanding the difficulty of training
 * deep feedforward neural networks", 2010.)
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * const w = initializers.xavierUniform()(random.key(0), [30, 20]);
 * w.abs().max().item() <= Math.sqrt(6 / 50); // true
 * ```
 */
export function xavierUniform(options: FanOptions = {}): KernelInitializer<"xavierUniform"> {
  return scaled("xavierUniform", 1, "fanAvg", "uniform", options);
}

/**
 * Numbers of variance `2 / (fanIn + fanOut)`, from a normal distribution that ends at 2 standard
 * deviations, as JAX's and Keras's; PyTorch's does not end. For more see {@linkcode xavierUniform}.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * initializers.xavierNormal()(random.key(0), [30, 20]).shape; // [30, 20]
 * ```
 */
export function xavierNormal(options: FanOptions = {}): KernelInitializer<"xavierNormal"> {
  return scaled("xavierNormal", 1, "fanAvg", "truncatedNormal", options);
}

/**
 * Uniform numbers on ±√(6 / fanIn), of variance `2 / fanIn`: they keep the variance before each layer
 * through ReLUs. Also known by Kaiming's first name, {@linkcode kaimingUniform}. (K. He, X. Zhang,
 * S. Ren and J. Sun, "Delving deep into rectifiers", 2015.)
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * const w = initializers.heUniform({ layout: "conv" })(random.key(0), [8, 3, 5, 5]);
 * w.abs().max().item() <= Math.sqrt(6 / 75); // true
 * ```
 */
export function heUniform(options: FanOptions = {}): KernelInitializer<"heUniform"> {
  return scaled("heUniform", 2, "fanIn", "uniform", options);
}

/**
 * Numbers of variance `2 / fanIn`, from a normal distribution that ends at 2 standard deviations, as
 * JAX's and Keras's; PyTorch's does not end. For more see {@linkcode heUniform}.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * initializers.heNormal()(random.key(0), [784, 512]).shape; // [784, 512]
 * ```
 */
export function heNormal(options: FanOptions = {}): KernelInitializer<"heNormal"> {
  return scaled("heNormal", 2, "fanIn", "truncatedNormal", options);
}

/**
 * Uniform numbers on ±√(3 / fanIn), of variance `1 / fanIn`: they keep variance through linear layers.
 * (Y. LeCun, L. Bottou, G. Orr and K.-R. Müller, "Efficient backprop", 1998.)
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * const w = initializers.lecunUniform()(random.key(0), [30, 20]);
 * w.abs().max().item() <= Math.sqrt(3 / 30); // true
 * ```
 */
export function lecunUniform(options: FanOptions = {}): KernelInitializer<"lecunUniform"> {
  return scaled("lecunUniform", 1, "fanIn", "uniform", options);
}

/**
 * Numbers of variance `1 / fanIn`, from a normal distribution that ends at 2 standard deviations: they
 * keep mean 0 and variance 1 through `selu`. For more see {@linkcode lecunUniform}.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * initializers.lecunNormal()(random.key(0), [784, 512]).shape; // [784, 512]
 * ```
 */
export function lecunNormal(options: FanOptions = {}): KernelInitializer<"lecunNormal"> {
  return scaled("lecunNormal", 1, "fanIn", "truncatedNormal", options);
}

/** How {@linkcode siren} is scaled. */
export interface SirenOptions extends FanOptions {
  /** The factor in front of what the sine is taken of; 30 unless given. */
  readonly w0?: number;
  /** Whether it is for the first layer, whose inputs are coordinates; false unless told. */
  readonly first?: boolean;
}

/**
 * Uniform numbers on ±√(6 / fanIn) / w0, or ±1 / fanIn in the first layer, for `sine` activations: they
 * keep the variance of what the sine is taken of near 1. (V. Sitzmann et al., "Implicit neural
 * representations with periodic activation functions", 2020.)
 *
 * @throws {ShapeError} Where the shape does not have the layout's axes, as soon as numbers are drawn.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers } from "@katachi/katachi/nn";
 *
 * const w = initializers.siren({ first: true })(random.key(0), [2, 256]);
 * w.abs().max().item() <= 0.5; // true
 * ```
 */
export function siren(
  { w0 = 30, first = false, layout }: SirenOptions = {},
): KernelInitializer<"siren"> {
  return kernels((key, shape, dtype) => {
    const { fanIn } = fansOf("siren", shape, layout);
    const bound = first ? 1 / fanIn : Math.sqrt(6 / fanIn) / w0;
    return mul(random.uniform(key, shape, { minval: -1, dtype }), bound);
  });
}
