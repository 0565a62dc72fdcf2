/**
 * Random numbers from explicit keys: the same key gives the same numbers, on every machine and
 * inside every transformation.
 *
 * The generator is threefry-2x32 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * 2011), and keys, bits and distributions are JAX's: keys and bits bit for bit, distributions to
 * float32 rounding.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 *
 * const [weights, noise] = random.split(random.key(42));
 * random.normal(weights, [2, 3]); // Tensor<[2, 3]>
 * random.uniform(noise, [4]); // Tensor<[4]>
 * ```
 *
 * @module
 */
export { foldIn, type Key, key, type Keys, split } from "./key.ts";
export {
  bernoulli,
  bits,
  categorical,
  type FloatOptions,
  type IntegerOptions,
  normal,
  randint,
  truncatedNormal,
  uniform,
  type UniformOptions,
} from "./distributions.ts";
export { choice, type ChoiceOptions, permutation } from "./permutation.ts";
