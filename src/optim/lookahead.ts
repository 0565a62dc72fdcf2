/**
 * Lookahead.
 *
 * @module
 */
import { add, equal, mod, sub, tensor, treeMap, where } from "../../mod.ts";
import {
  type Hyperparameter,
  requireCount,
  requireRange,
  type StepCount,
  times,
} from "./hyperparameter.ts";
import type { Optimizer, StateFamily, StateOf } from "./optimizer.ts";

/** How {@linkcode lookahead} works. */
export interface LookaheadOptions {
  /** After how many steps the slow parameters follow: `k` of the paper; 5 unless given. */
  readonly syncPeriod?: number;
  /** How far they follow, from 0 to 1: `α` of the paper; 0.5 unless given. */
  readonly slowStepSize?: Hyperparameter;
  /** Whether the optimizer's state begins anew whenever they follow; `false` unless given. */
  readonly resetState?: boolean;
}

/** The state of {@linkcode lookahead} for parameters of type `P`, `S` that of its optimizer. */
export interface SlowAndFast<P, S> {
  /** The slow parameters: those to evaluate the model with. */
  readonly slow: P;
  /** The state of the optimizer. */
  readonly fast: S;
  /** How many steps were taken since the slow parameters followed. */
  readonly step: StepCount;
}

/** The states of {@linkcode lookahead} around an optimizer with states `F`. */
export interface LookaheadState<F extends StateFamily> extends StateFamily {
  /** The state for the parameters. */
  readonly state: SlowAndFast<this["params"], StateOf<F, this["params"]>>;
}

/**
 * Lets an optimizer take `k` steps ahead; then slow parameters `φ` go a part of the way after it,
 * `φ ← φ + α (θ - φ)`, and it goes on from there, `θ ← φ`. The slow parameters are part of the state.
 * (M. R. Zhang, J. Lucas, G. Hinton and J. Ba, "Lookahead optimizer: k steps forward, 1 step back",
 * NeurIPS 2019.)
 *
 * @throws {RangeError} Where the period is no whole number from 1, or the step size not from 0 to 1.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { applyUpdates, lookahead, sgd } from "@katachi/katachi/optim";
 *
 * const optimizer = lookahead(sgd(1), { syncPeriod: 2 });
 * let x = tensor([0]);
 * let state = optimizer.init(x);
 * for (let i = 0; i < 2; i++) {
 *   const [updates, next] = optimizer.update(tensor([-3]), state, x);
 *   x = applyUpdates(x, updates); // [3], then from 6 back to [3]
 *   state = next;
 * }
 * state.slow.toArray(); // [3]
 * ```
 */
export function lookahead<F extends StateFamily>(
  optimizer: Optimizer<F>,
  options: LookaheadOptions = {},
): Optimizer<LookaheadState<F>> {
  const { syncPeriod = 5, slowStepSize = 0.5, resetState = false } = options;
  requireCount("lookahead", "syncPeriod", syncPeriod);
  requireRange("lookahead", "slowStepSize", slowStepSize, { low: 0, high: 1, closed: true });
  return {
    init: (params) => ({ slow: params, fast: optimizer.init(params), step: tensor(0, "int32") }),
    update: (gradients, { slow, fast, step }, params, facts) => {
      const [ahead, after] = optimizer.update(gradients, fast, params, facts);
      const taken = add(step, 1);
      const sync = equal(taken, syncPeriod);
      const next = treeMap(
        (s, p, u) => where(sync, add(s, times(sub(add(p, u), s), slowStepSize)), s),
        slow,
        params,
        ahead,
      );
      const updates = treeMap((u, n, p) => where(sync, sub(n, p), u), ahead, next, params);
      const reset = resetState
        ? treeMap((now, first) => where(sync, first, now), after, optimizer.init(params))
        : after;
      return [updates, { slow: next, fast: reset, step: mod(taken, syncPeriod) }];
    },
  };
}
