/**
 * Decaying means of updates.
 *
 * @module
 */
import { add, div, tensor, treeMap } from "../../../mod.ts";
import {
  biasCorrection,
  type Hyperparameter,
  requireDecay,
  type StepCount,
} from "../hyperparameter.ts";
import { decayed, zerosOf } from "../leaves.ts";
import type { StateFamily, Transformation } from "../optimizer.ts";

/** How {@linkcode ema} works. */
export interface EmaOptions {
  /** Divides by `1 - decayᵗ`, as if the mean had not begun with 0; `true` unless given. */
  readonly debias?: boolean;
}

/** The state of {@linkcode ema} for parameters of type `P`. */
export interface MovingMean<P> {
  /** How many steps have been taken. */
  readonly step: StepCount;
  /** The mean before it is divided, a tree like the parameters. */
  readonly mean: P;
}

/** The states of {@linkcode ema}. */
export interface EmaState extends StateFamily {
  /** The state for the parameters. */
  readonly state: MovingMean<this["params"]>;
}

/**
 * The exponential moving average of the updates: `m ← decay m + (1 - decay) u`, divided by
 * `1 - decayᵗ`. As in optax.
 *
 * @throws {RangeError} Where the decay is not from 0 to below 1.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { ema } from "@katachi/katachi/optim";
 *
 * const smooth = ema(0.5);
 * const x = tensor([3]);
 * const [, state] = smooth.update(x, smooth.init(x), x);
 * smooth.update(tensor([6]), state, x)[0].toArray(); // [5]
 * ```
 */
export function ema(
  decay: Hyperparameter,
  { debias = true }: EmaOptions = {},
): Transformation<EmaState> {
  requireDecay("ema", "decay", decay);
  return {
    init: (params) => ({ step: tensor(0, "int32"), mean: zerosOf(params) }),
    update: (updates, state) => {
      const step = add(state.step, 1);
      const mean = decayed(decay, state.mean, updates);
      if (!debias) return [mean, { step, mean }];
      const bias = biasCorrection(decay, step);
      return [treeMap((m) => div(m, bias.astype(m.dtype)), mean), { step, mean }];
    },
  };
}
