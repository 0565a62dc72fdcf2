/**
 * What most optimizers are: a penalty on the parameters, a rule, a learning rate.
 *
 * @module
 */
import { type Hyperparameter, type LearningRate, requireAmount } from "./hyperparameter.ts";
import {
  chain,
  type ChainState,
  type NoState,
  type Optimizer,
  type StateFamily,
  type Transformation,
} from "./optimizer.ts";
import { addDecayedWeights } from "./transforms/decay.ts";
import { scaleByLearningRate, type ScheduleState } from "./transforms/scale.ts";

/** An option of most optimizers. */
export interface PenaltyOptions {
  /** The factor of the penalty `½ ‖θ‖²`, whose gradient is added to the loss's; 0 unless given. */
  readonly weightDecay?: Hyperparameter;
}

/** The states of most optimizers: of the penalty, which has none, of the rule, of the learning rate. */
export type PenalizedState<F extends StateFamily> = ChainState<[NoState, F, ScheduleState]>;

/**
 * An optimizer of a rule.
 *
 * @internal
 */
export function penalized<F extends StateFamily>(
  operation: string,
  learningRate: LearningRate,
  { weightDecay = 0 }: PenaltyOptions,
  rule: Transformation<F>,
): Optimizer<PenalizedState<F>> {
  requireAmount(operation, "learningRate", learningRate);
  requireAmount(operation, "weightDecay", weightDecay);
  return chain(addDecayedWeights(weightDecay), rule, scaleByLearningRate(learningRate));
}

/** An option of optimizers whose weight decay can be of either kind. */
export interface DecoupledOptions extends PenaltyOptions {
  /** Takes `weightDecay θ` off the parameters, times the learning rate, instead; see `adamw`. */
  readonly decoupledWeightDecay?: boolean;
}

/** The states of a rule and of a weight decay after it, between a penalty and a learning rate. */
export type DecoupledState<F extends StateFamily> = PenalizedState<ChainState<[F, NoState]>>;

/**
 * An optimizer of a rule, with weight decay before or after it.
 *
 * @internal
 */
export function decoupled<F extends StateFamily>(
  operation: string,
  learningRate: LearningRate,
  { weightDecay = 0, decoupledWeightDecay = false }: DecoupledOptions,
  rule: Transformation<F>,
): Optimizer<DecoupledState<F>> {
  requireAmount(operation, "weightDecay", weightDecay);
  const [before, after] = decoupledWeightDecay ? [0, weightDecay] : [weightDecay, 0];
  return penalized(
    operation,
    learningRate,
    { weightDecay: before },
    chain(rule, addDecayedWeights(after)),
  );
}
