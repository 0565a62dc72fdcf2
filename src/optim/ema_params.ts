/**
 * Decaying means of parameters.
 *
 * @module
 */
import { add, equal, tensor, treeMap, where } from "../../mod.ts";
import { type Hyperparameter, requireDecay, type StepCount } from "./hyperparameter.ts";
import { decayed } from "./leaves.ts";
import { applyUpdates, type Optimizer, type StateFamily, type StateOf } from "./optimizer.ts";

/** The state of {@linkcode emaParams} for parameters of type `P`, `S` that of its optimizer. */
export interface ParamsMean<P, S> {
  /** The mean of the parameters: those to evaluate the model with. */
  readonly average: P;
  /** The state of the optimizer. */
  readonly inner: S;
  /** How many steps have been taken. */
  readonly step: StepCount;
}

/** The states of {@linkcode emaParams} around an optimizer with states `F`. */
export interface ParamsMeanState<F extends StateFamily> extends StateFamily {
  /** The state for the parameters. */
  readonly state: ParamsMean<this["params"], StateOf<F, this["params"]>>;
}

/**
 * Keeps a decaying mean of the parameters in the state of an optimizer, which goes on as without it:
 * `φ ← decay φ + (1 - decay) θ` after each step, `φ ← θ` after the first. The mean often generalizes
 * better than the parameters. (B. T. Polyak and A. B. Juditsky, "Acceleration of stochastic
 * approximation by averaging", 1992.) As PyTorch's `AveragedModel` with `get_ema_multi_avg_fn` and
 * Keras's `use_ema`. `ema` is the mean of the updates instead.
 *
 * It must be the outermost: what changes its updates is not seen by the mean.
 *
 * @throws {RangeError} Where the decay is not from 0 to below 1.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { applyUpdates, emaParams, sgd } from "@katachi/katachi/optim";
 *
 * const optimizer = emaParams(sgd(1), 0.5);
 * let x = tensor([0]);
 * let state = optimizer.init(x);
 * for (let i = 0; i < 2; i++) {
 *   const [updates, next] = optimizer.update(tensor([-2]), state, x);
 *   x = applyUpdates(x, updates); // [2], then [4]
 *   state = next;
 * }
 * state.average.toArray(); // [3]
 * ```
 */
export function emaParams<F extends StateFamily>(
  optimizer: Optimizer<F>,
  decay: Hyperparameter,
): Optimizer<ParamsMeanState<F>> {
  requireDecay("emaParams", "decay", decay);
  return {
    init: (params) => ({
      average: params,
      inner: optimizer.init(params),
      step: tensor(0, "int32"),
    }),
    update: (gradients, { average, inner, step }, params, facts) => {
      const [updates, next] = optimizer.update(gradients, inner, params, facts);
      const after = applyUpdates(params, updates);
      const mean = decayed(decay, average, after);
      const first = equal(step, 0);
      return [updates, {
        average: treeMap((m, p) => where(first, p, m), mean, after),
        inner: next,
        step: add(step, 1),
      }];
    },
  };
}
