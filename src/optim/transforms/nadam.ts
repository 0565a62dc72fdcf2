/**
 * The moments of NAdam.
 *
 * @module
 */
import {
  add,
  div,
  type FloatDType,
  mul,
  pow,
  sqrt,
  sub,
  type Tensor,
  tensor,
  treeMap,
} from "../../../mod.ts";
import {
  biasCorrection,
  type Hyperparameter,
  plus,
  requireAmount,
  requireDecay,
  type StepCount,
  times,
} from "../hyperparameter.ts";
import { decayed, zerosOf } from "../leaves.ts";
import type { StateFamily, Transformation } from "../optimizer.ts";

/** How {@linkcode scaleByNadam} works; the letters are the paper's. */
export interface LookingMomentOptions {
  /** Decay of the mean of gradients; 0.9 unless given. */
  readonly beta1?: Hyperparameter;
  /** Decay of the mean of squared gradients; 0.999 unless given. */
  readonly beta2?: Hyperparameter;
  /** Keeps the division away from 0; 1e-8 unless given. */
  readonly epsilon?: Hyperparameter;
  /** How fast the momentum grows to `beta1`; 0.004 unless given. */
  readonly momentumDecay?: Hyperparameter;
}

/** The state of {@linkcode scaleByNadam} for parameters of type `P`. */
export interface LookingMoments<P> {
  /** How many steps have been taken. */
  readonly step: StepCount;
  /** The product of the momenta so far. */
  readonly momenta: Tensor<[], "float64">;
  /** The decaying mean of the gradients, a tree like the parameters. */
  readonly mean: P;
  /** The decaying mean of the squared gradients, a tree like the parameters. */
  readonly square: P;
}

/** The states of {@linkcode scaleByNadam}. */
export interface LookingMomentState extends StateFamily {
  /** The state for the parameters. */
  readonly state: LookingMoments<this["params"]>;
}

/**
 * NAdam's direction: `m̂ / (√v̂ + ε)` of the moments of Adam, where
 * `m̂ = μₜ₊₁ m / (1 - μ₁ … μₜ₊₁) + (1 - μₜ) g / (1 - μ₁ … μₜ)` with the momentum
 * `μₜ = β₁ (1 - ½ 0.96^(ψ t))`, `ψ` being `momentumDecay`. As in PyTorch; optax's `nadam` keeps the
 * momentum at `β₁`, which is `scaleByAdam({ nesterov: true })`.
 *
 * @throws {RangeError} Where a decay is not from 0 to below 1, or another number is negative.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { scaleByNadam } from "@katachi/katachi/optim";
 *
 * const rule = scaleByNadam();
 * const g = tensor([3, -0.5]);
 * rule.update(g, rule.init(g), g)[0].toArray(); // close to [1.06, -1.06]
 * ```
 */
export function scaleByNadam(
  options: LookingMomentOptions = {},
): Transformation<LookingMomentState> {
  return lookingMomentsOf("scaleByNadam", options);
}

/**
 * As {@linkcode scaleByNadam}, for another function that takes its options.
 *
 * @internal
 */
export function lookingMomentsOf(
  operation: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, momentumDecay = 4e-3 }: LookingMomentOptions,
): Transformation<LookingMomentState> {
  requireDecay(operation, "beta1", beta1);
  requireDecay(operation, "beta2", beta2);
  requireAmount(operation, "epsilon", epsilon);
  requireAmount(operation, "momentumDecay", momentumDecay);
  const momentum = (step: StepCount) => {
    const lost = mul(pow(0.96, mul(step.astype("float64"), momentumDecay)), 0.5);
    return mul(sub(1, lost), beta1) as Tensor<[], FloatDType>;
  };
  return {
    init: (params) => ({
      step: tensor(0, "int32"),
      momenta: tensor(1, "float64"),
      mean: zerosOf(params),
      square: zerosOf(params),
    }),
    update: (gradients, state) => {
      const step = add(state.step, 1);
      const [now, next] = [momentum(step), momentum(add(step, 1))];
      const momenta = mul(state.momenta, now);
      const ofMean = div(next, sub(1, mul(momenta, next)));
      const ofGradient = div(sub(1, now), sub(1, momenta));
      const mean = decayed(beta1, state.mean, gradients);
      const square = decayed(beta2, state.square, treeMap((g) => mul(g, g), gradients));
      const bias = biasCorrection(beta2, step);
      const updates = treeMap(
        (g, m, v) => {
          const ahead = add(times(m, ofMean), times(g, ofGradient));
          return div(ahead, plus(sqrt(div(v, bias.astype(v.dtype))), epsilon));
        },
        gradients,
        mean,
        square,
      );
      return [updates, { step, momenta, mean, square }];
    },
  };
}
