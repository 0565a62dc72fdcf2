/**
 * The moments of RAdam.
 *
 * @module
 */
import {
  add,
  div,
  type FloatDType,
  greater,
  mul,
  pow,
  sqrt,
  sub,
  type Tensor,
  tensor,
  treeMap,
  where,
} from "../../../mod.ts";
import {
  biasCorrection,
  complement,
  type Hyperparameter,
  plus,
  requireAmount,
  requireDecay,
  type StepCount,
  times,
} from "../hyperparameter.ts";
import { decayed, zerosOf } from "../leaves.ts";
import type { StateFamily, Transformation } from "../optimizer.ts";

/** How {@linkcode scaleByRadam} works; the letters are the paper's. */
export interface RectifiedOptions {
  /** Decay of the mean of gradients; 0.9 unless given. */
  readonly beta1?: Hyperparameter;
  /** Decay of the mean of squared gradients; 0.999 unless given. */
  readonly beta2?: Hyperparameter;
  /** Keeps the division away from 0; 1e-8 unless given. */
  readonly epsilon?: Hyperparameter;
}

/** The state of {@linkcode scaleByRadam} for parameters of type `P`. */
export interface RectifiedMoments<P> {
  /** How many steps have been taken. */
  readonly step: StepCount;
  /** The decaying mean of the gradients, a tree like the parameters. */
  readonly mean: P;
  /** The decaying mean of the squared gradients, a tree like the parameters. */
  readonly square: P;
}

/** The states of {@linkcode scaleByRadam}. */
export interface RectifiedState extends StateFamily {
  /** The state for the parameters. */
  readonly state: RectifiedMoments<this["params"]>;
}

/**
 * RAdam's direction: the mean `m̂` of Adam while `v` is made of too few gradients to have a tractable
 * variance (`ρₜ ≤ 5`), then `r m̂ √(1 - β₂ᵗ) / (√v + ε)` with
 * `r = √((ρₜ - 4) (ρₜ - 2) ρ / ((ρ - 4) (ρ - 2) ρₜ))`, `ρ = 2 / (1 - β₂) - 1` and
 * `ρₜ = ρ - 2 t β₂ᵗ / (1 - β₂ᵗ)`. As in PyTorch; optax adds `ε` to `√v̂`, and turns at `ρₜ ≥ 5`.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or epsilon is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByRadam } from "@katachi/katachi/optim";
 *
 * const rule = scaleByRadam();
 * const g = tensor([3, -0.5]);
 * rule.update(g, rule.init(g), g)[0].toArray(); // close to [3, -0.5]
 * ```
 */
export function scaleByRadam(options: RectifiedOptions = {}): Transformation<RectifiedState> {
  return rectifiedOf("scaleByRadam", options);
}

/**
 * As {@linkcode scaleByRadam}, for another function that takes its options.
 *
 * @internal
 */
export function rectifiedOf(
  operation: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: RectifiedOptions,
): Transformation<RectifiedState> {
  requireDecay(operation, "beta1", beta1);
  requireDecay(operation, "beta2", beta2);
  requireAmount(operation, "epsilon", epsilon);
  return {
    init: (params) => ({
      step: tensor(0, "int32"),
      mean: zerosOf(params),
      square: zerosOf(params),
    }),
    update: (gradients, state) => {
      const step = add(state.step, 1);
      const mean = decayed(beta1, state.mean, gradients);
      const square = decayed(beta2, state.square, treeMap((g) => mul(g, g), gradients));
      const bias1 = biasCorrection(beta1, step);
      const bias2 = biasCorrection(beta2, step);
      const { tractable, rectifier } = rectification(beta2, step, bias2);
      const factor = mul(rectifier, sqrt(bias2)) as Tensor<[], FloatDType>;
      const updates = treeMap(
        (m, v) => {
          const unscaled = div(m, bias1.astype(m.dtype));
          const scaled = div(times(unscaled, factor), plus(sqrt(v), epsilon));
          return where(tractable, scaled, unscaled);
        },
        mean,
        square,
      );
      return [updates, { step, mean, square }];
    },
  };
}

/** Whether the variance of a step's length is tractable, and what makes it the same for all steps. */
function rectification(beta2: Hyperparameter, step: StepCount, bias2: Tensor<[], "float64">) {
  const count = step.astype("float64");
  const base = typeof beta2 === "number" ? beta2 : beta2.astype("float64");
  const most = sub(div(tensor(2, "float64"), complement(base)), 1);
  const now = sub(most, div(mul(mul(count, 2), pow(base, count)), bias2));
  const tractable = greater(now, 5);
  // What is not chosen is computed too, and must not make NaN of a derivative.
  const [rho, end] = [where(tractable, now, 6), where(tractable, most, 6)];
  const part = div(mul(sub(rho, 4), sub(rho, 2)), rho);
  const whole = div(mul(sub(end, 4), sub(end, 2)), end);
  return { tractable, rectifier: sqrt(div(part, whole)) };
}
