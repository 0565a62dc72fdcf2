/**
 * Gradients of several batches for one step.
 *
 * @module
 */
import { add, cond, div, equal, sub, tensor, treeMap } from "../../../mod.ts";
import { requireCount, type StepCount } from "../hyperparameter.ts";
import { zerosOf } from "../leaves.ts";
import type { StateFamily, StateOf, Transformation } from "../optimizer.ts";

/** The state of {@linkcode accumulate}, with that of the transformation inside. */
export interface Accumulated<P, S> {
  /** How many gradients have been taken in since the last step. */
  readonly count: StepCount;
  /** Their mean, a tree like the parameters. */
  readonly gradients: P;
  /** The state of the transformation inside. */
  readonly inner: S;
}

/** The states of {@linkcode accumulate}. */
export interface AccumulatedState<F extends StateFamily> extends StateFamily {
  /** The state for the parameters. */
  readonly state: Accumulated<this["params"], StateOf<F, this["params"]>>;
}

/**
 * Takes one step for every `every` gradients, of their mean; the updates between are 0. With gradients
 * of equal batches this is the step of one batch `every` times as large. As optax's `MultiSteps`.
 *
 * @throws {RangeError} Where `every` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { accumulate, sgd } from "@katachi/katachi/optim";
 *
 * const optimizer = accumulate(sgd(0.5), 2);
 * const x = tensor([0]);
 * const [nothing, state] = optimizer.update(tensor([2]), optimizer.init(x), x);
 * nothing.toArray(); // [0]
 * optimizer.update(tensor([4]), state, x)[0].toArray(); // [-1.5]
 * ```
 */
export function accumulate<F extends StateFamily>(
  inner: Transformation<F>,
  every: number,
): Transformation<AccumulatedState<F>> {
  requireCount("accumulate", "every", every);
  return {
    init: (params) => ({
      count: tensor(0, "int32"),
      gradients: zerosOf(params),
      inner: inner.init(params),
    }),
    update: (gradients, state, params, facts) => {
      const count = add(state.count, 1);
      const mean = treeMap(
        (m, g) => add(m, div(sub(g, m), count.astype(g.dtype))),
        state.gradients,
        gradients,
      );
      return cond(
        equal(count, every),
        () => {
          const [updates, next] = inner.update(mean, state.inner, params, facts);
          const after = { count: tensor(0, "int32"), gradients: zerosOf(mean), inner: next };
          return [updates, after] as [typeof mean, typeof state];
        },
        () => [zerosOf(mean), { count, gradients: mean, inner: state.inner }],
      );
    },
  };
}
