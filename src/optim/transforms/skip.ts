/**
 * Steps that are not taken.
 *
 * @module
 */
import {
  add,
  all,
  type AnyTensor,
  cond,
  greater,
  isFinite,
  logicalAnd,
  logicalOr,
  type Tensor,
  tensor,
  treeLeaves,
  where,
} from "../../../mod.ts";
import { requireCount, type StepCount } from "../hyperparameter.ts";
import { zerosOf } from "../leaves.ts";
import type { StateFamily, StateOf, Transformation } from "../optimizer.ts";

/** How {@linkcode skipNonFinite} works. */
export interface SkipOptions {
  /** How many steps in a row are skipped before one is let through; all unless given. */
  readonly limit?: number;
}

/** The state of {@linkcode skipNonFinite}, with that of the transformation inside. */
export interface Skipped<S> {
  /** How many steps in a row have been skipped; 0 where the last one was taken. */
  readonly consecutive: StepCount;
  /** How many steps had gradients that were not finite. */
  readonly total: StepCount;
  /** The state of the transformation inside. */
  readonly inner: S;
}

/** The states of {@linkcode skipNonFinite}. */
export interface SkippedState<F extends StateFamily> extends StateFamily {
  /** The state for the parameters. */
  readonly state: Skipped<StateOf<F, this["params"]>>;
}

/**
 * Takes no step where a gradient is infinite or NaN: updates are 0, and the state of the transformation
 * inside stays as it is. As optax's `apply_if_finite`.
 *
 * @throws {RangeError} Where the limit is not a whole number.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { sgd, skipNonFinite } from "@katachi/katachi/optim";
 *
 * const optimizer = skipNonFinite(sgd(0.5));
 * const x = tensor([1, 2]);
 * const [updates, state] = optimizer.update(tensor([NaN, 1]), optimizer.init(x), x);
 * updates.toArray(); // [0, 0]
 * state.total.item(); // 1
 * ```
 */
export function skipNonFinite<F extends StateFamily>(
  inner: Transformation<F>,
  { limit = Infinity }: SkipOptions = {},
): Transformation<SkippedState<F>> {
  if (limit !== Infinity) requireCount("skipNonFinite", "limit", limit, 0);
  return {
    init: (params) => ({
      consecutive: tensor(0, "int32"),
      total: tensor(0, "int32"),
      inner: inner.init(params),
    }),
    update: (gradients, state, params, facts) => {
      const finite = allFinite(gradients);
      const consecutive = where(finite, 0, add(state.consecutive, 1)) as StepCount;
      const total = add(state.total, where(finite, 0, tensor(1, "int32"))) as StepCount;
      const taken = limit === Infinity ? finite : logicalOr(finite, greater(consecutive, limit));
      const [updates, next] = cond(
        taken as Tensor<[], "bool">,
        () => inner.update(gradients, state.inner, params, facts),
        () => [zerosOf(gradients), state.inner],
      );
      return [updates, { consecutive, total, inner: next }];
    },
  };
}

/** Whether no element of a tree is infinite or NaN. */
function allFinite(tree: unknown): Tensor<[], "bool"> {
  const each = treeLeaves(tree).map((leaf) => all(isFinite(leaf)) as AnyTensor);
  return each.reduce((a, b) => logicalAnd(a, b), tensor(true) as AnyTensor) as Tensor<[], "bool">;
}
