/**
 * Keeping gradients from being too large.
 *
 * @module
 */
import {
  add,
  type AnyTensor,
  clip as clipLeaf,
  div,
  lessEqual,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
  tensor,
  treeLeaves,
  treeMap,
  where,
} from "../../../mod.ts";
import { requireRange } from "../hyperparameter.ts";
import { type NoState, stateless, type Transformation } from "../optimizer.ts";

/**
 * Clips each element of the updates to what lies from `-limit` to `limit`.
 *
 * @throws {RangeError} Where the limit is not above 0.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { clip } from "@katachi/katachi/optim";
 *
 * const x = tensor([0.5, -7]);
 * clip(1).update(x, null, x)[0].toArray(); // [0.5, -1]
 * ```
 */
export function clip(limit: number): Transformation<NoState> {
  requireRange("clip", "limit", limit, { low: 0, open: true, high: Infinity, closed: true });
  return stateless((updates) => treeMap((u) => clipLeaf(u, -limit, limit), updates));
}

/**
 * Scales all updates down together where their {@linkcode globalNorm} is above `maxNorm`, so that it
 * becomes `maxNorm`: `g ← g maxNorm / max(‖g‖, maxNorm)`. (R. Pascanu, T. Mikolov and Y. Bengio, "On
 * the difficulty of training recurrent neural networks", ICML 2013.) As in optax; PyTorch's
 * `clip_grad_norm_` divides by `‖g‖ + 10⁻⁶`.
 *
 * @throws {RangeError} Where the limit is not above 0.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { clipByGlobalNorm } from "@katachi/katachi/optim";
 *
 * const gradients = { w: tensor([3]), b: tensor([4]) };
 * const [updates] = clipByGlobalNorm(1).update(gradients, null, gradients);
 * updates.w.toArray(); // [0.6], up to float32 rounding
 * ```
 */
export function clipByGlobalNorm(maxNorm: number): Transformation<NoState> {
  requireRange("clipByGlobalNorm", "maxNorm", maxNorm, {
    low: 0,
    open: true,
    high: Infinity,
    closed: true,
  });
  return stateless((updates) => {
    const norm = globalNorm(updates);
    const factor = where(lessEqual(norm, maxNorm), 1, div(maxNorm, norm)) as AnyTensor;
    return treeMap((u) => mul(u, factor.astype(u.dtype)), updates);
  });
}

/**
 * The Euclidean norm of all elements of all leaves of a tree, taken as one vector, summed in float64.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { globalNorm } from "@katachi/katachi/optim";
 *
 * globalNorm({ w: tensor([3]), b: tensor([4]) }).item(); // 5
 * ```
 */
export function globalNorm(tree: unknown): Tensor<[], "float64"> {
  const squares = treeLeaves(tree).map((leaf) => sum(square(leaf.astype("float64"))) as AnyTensor);
  return sqrt(squares.reduce((a, b) => add(a, b), tensor(0, "float64") as AnyTensor)) as Tensor<
    [],
    "float64"
  >;
}
