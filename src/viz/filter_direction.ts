/**
 * Random directions that fit the parameters of a network.
 *
 * @module
 */
import {
  type AnyTensor,
  astype,
  div,
  equal,
  mul,
  random,
  sqrt,
  square,
  sum,
  treeMap,
  where,
  zerosLike,
} from "../../mod.ts";
import { isFloating } from "../tensor/dtype.ts";

/**
 * A random direction in the space of parameters, each filter of which is as long as that of the
 * parameters (Li et al., "Visualizing the loss landscape of neural nets", 2018, section 4,
 * https://arxiv.org/abs/1712.09913). Networks of which one is the other with its weights scaled, which
 * batch normalization takes for the same, are then as far from their neighbours.
 *
 * A filter is what makes one output: a column of a matrix `[I, O]`, and the first axis' element of a
 * kernel `[O, C, …]`. Biases and the parameters of normalization, which have one axis, and what is not
 * of floats, stay as they are: the direction is 0 there.
 *
 * @throws {TreeError} Where the parameters hold what is no tensor.
 *
 * @example
 * ```ts
 * import { ones, random } from "@katachi/katachi";
 * import { filterNormalizedDirection } from "@katachi/katachi/viz";
 *
 * const params = { weight: ones([4, 3]), bias: ones([3]) };
 * const direction = filterNormalizedDirection(random.key(0), params);
 * direction.weight.square().sum(0).toArray(); // [4, 4, 4], as those of the weight
 * direction.bias.toArray(); // [0, 0, 0]
 * ```
 */
export function filterNormalizedDirection<P>(key: random.Key, params: P): P {
  let leaves = 0;
  return treeMap((leaf) => {
    const own = random.foldIn(key, leaves++);
    const { shape, dtype } = leaf;
    if (shape.length < 2 || !isFloating(dtype)) return zerosLike(leaf) as AnyTensor;
    const noise = astype(random.normal(own, shape) as AnyTensor, dtype);
    const output = shape.length === 2 ? 1 : 0;
    const within = shape.map((_, axis) => axis).filter((axis) => axis !== output);
    const length = (tensor: AnyTensor): AnyTensor =>
      sqrt(sum(square(tensor), within as never, { keepDims: true })) as AnyTensor;
    const drawn = length(noise);
    // A filter that is 0 has no length to take over, and no noise has a length to divide by 0.
    return mul(noise, div(length(leaf), where(equal(drawn, 0) as never, 1, drawn))) as AnyTensor;
  }, params);
}
