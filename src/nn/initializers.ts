/**
 * Initializers: what makes the first values of parameters.
 *
 * An `Initializer` is a function of a key, a shape and a dtype (`float32` unless given), and
 * makes the same tensor of the same key. `zeros` and `ones` are initializers; the rest are functions
 * of settings that give one. Given the same key, those that JAX has, too, make JAX's numbers.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { initializers, linear } from "@katachi/katachi/nn";
 *
 * initializers.heNormal()(random.key(0), [784, 512]).shape; // [784, 512]
 * const params = linear.init(random.key(1), 512, 10, { init: initializers.orthogonal() });
 * params.weight.shape; // [512, 10]
 * ```
 *
 * @module
 */
export {
  type FanOptions,
  type Fans,
  fans,
  type KernelAxes,
  type KernelInitializer,
  type Layout,
} from "./initializers/fans.ts";
export {
  orthogonal,
  type OrthogonalOptions,
  zerO,
  type ZerOOptions,
} from "./initializers/orthogonal.ts";
export {
  constant,
  normal,
  type NormalParameters,
  ones,
  type ShapeInitializer,
  truncatedNormal,
  type TruncatedNormalParameters,
  uniform,
  type UniformBounds,
  zeros,
} from "./initializers/plain.ts";
export {
  type FanMode,
  heNormal,
  heNormal as kaimingNormal,
  heUniform,
  heUniform as kaimingUniform,
  lecunNormal,
  lecunUniform,
  type ScaledDistribution,
  siren,
  type SirenOptions,
  varianceScaling,
  xavierNormal,
  xavierNormal as glorotNormal,
  xavierUniform,
  xavierUniform as glorotUniform,
} from "./initializers/scaling.ts";
