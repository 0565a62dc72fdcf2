/**
 * Optimizers as pure state transitions: `init` makes a state for some parameters, `update` turns
 * gradients and state into updates and the next state. They are chains of small transformations,
 * which can be put together anew.
 *
 * @example
 * ```ts
 * import { grad, type Tensor, tensor } from "@katachi/katachi";
 * import { adam, applyUpdates } from "@katachi/katachi/optim";
 *
 * const loss = (x: Tensor<[]>) => x.sub(2).square();
 * const optimizer = adam(0.1);
 * let x: Tensor<[]> = tensor(0);
 * let state = optimizer.init(x);
 * for (let step = 0; step < 200; step++) {
 *   const [updates, next] = optimizer.update(grad(loss)(x), state, x);
 *   x = applyUpdates(x, updates);
 *   state = next;
 * }
 * x.item(); // close to 2
 * ```
 *
 * @module
 */
export { adadelta, type AdadeltaOptions, type AdadeltaState } from "./adadelta.ts";
export {
  adafactor,
  type AdafactorOptions,
  type AdafactorState,
  type FactoredRmsOptions,
  type FactoredRmsState,
  type FactoredSquares,
  type Reduced,
  scaleByFactoredRms,
  type UpdateMean,
  type UpdateMeanState,
} from "./adafactor.ts";
export { adagrad, type AdagradOptions, type AdagradState } from "./adagrad.ts";
export {
  adam,
  type AdamOptions,
  type AdamState,
  adamw,
  type AdamWOptions,
  type AdamWState,
} from "./adam.ts";
export { adamax, type AdamaxOptions, type AdamaxState } from "./adamax.ts";
export {
  asgd,
  type AsgdOptions,
  type AsgdState,
  type Averaged,
  type AveragedState,
} from "./asgd.ts";
export { emaParams, type ParamsMean, type ParamsMeanState } from "./ema_params.ts";
export { gradientDescent, type GradientDescentOptions, type LastStep } from "./gradient_descent.ts";
export type { Hyperparameter, LearningRate, Schedule, StepCount } from "./hyperparameter.ts";
export type { Labels, LabelTree, Part } from "./labels.ts";
export { lamb, type LambOptions, type LambState, scaleByTrustRatio } from "./lamb.ts";
export { type Curvatures, lbfgs, type LbfgsOptions } from "./lbfgs.ts";
export type { LeafTest } from "./leaves.ts";
export {
  backtracking,
  type BacktrackingOptions,
  type LineSearchResult,
  strongWolfe,
  type WolfeOptions,
} from "./line_search.ts";
export {
  type GradientMean,
  lion,
  type LionDirectionOptions,
  type LionDirectionState,
  type LionOptions,
  type LionState,
  scaleByLion,
} from "./lion.ts";
export {
  lookahead,
  type LookaheadOptions,
  type LookaheadState,
  type SlowAndFast,
} from "./lookahead.ts";
export { masked, type MaskedState } from "./masked.ts";
export { minimize, type MinimizeOptions, type Minimum } from "./minimize.ts";
export type { Minimizer, Progress } from "./minimizer.ts";
export {
  type MatrixMomentum,
  muon,
  type MuonDirectionOptions,
  type MuonDirectionState,
  type MuonOptions,
  type MuonState,
  newtonSchulz,
  type NewtonSchulzOptions,
  scaleByMuon,
} from "./muon.ts";
export { nadam, type NadamOptions, type NadamState } from "./nadam.ts";
export {
  applyUpdates,
  chain,
  type ChainState,
  type NoState,
  type Optimizer,
  type StateFamily,
  stateless,
  type StateOf,
  type StepFacts,
  type Transformation,
} from "./optimizer.ts";
export { partition, type PartitionState, setToZero } from "./partition.ts";
export type {
  DecoupledOptions,
  DecoupledState,
  PenalizedState,
  PenaltyOptions,
} from "./penalized.ts";
export { radam, type RadamOptions, type RadamState } from "./radam.ts";
export { rmsprop, type RmspropOptions, type RmspropState } from "./rmsprop.ts";
export { type Resilience, rprop, type RpropOptions, type RpropState } from "./rprop.ts";
export {
  cosineDecay,
  type CosineOptions,
  cosineRestarts,
  type RestartOptions,
  warmupCosine,
  type WarmupOptions,
} from "./schedules/cosine.ts";
export {
  exponentialDecay,
  type ExponentialOptions,
  inverseTimeDecay,
  type InverseTimeOptions,
  type TimeOptions,
} from "./schedules/decay.ts";
export { joinSchedules, piecewiseConstant, piecewiseLinear } from "./schedules/join.ts";
export {
  type CycleMomentumOptions,
  oneCycle,
  oneCycleMomentum,
  type OneCycleOptions,
  type PhaseOptions,
} from "./schedules/one_cycle.ts";
export {
  type Plateau,
  type PlateauOptions,
  type PlateauState,
  reduceOnPlateau,
} from "./schedules/plateau.ts";
export {
  constantSchedule,
  linearSchedule,
  polynomialSchedule,
  type TransitionOptions,
} from "./schedules/polynomial.ts";
export { sgd, type SgdOptions, type SgdState } from "./sgd.ts";
export {
  type RowMoments,
  type RowMomentState,
  scaleBySparseAdam,
  sparseAdam,
  type SparseAdamOptions,
  type SparseAdamState,
} from "./sparse_adam.ts";
export { accumulate, type Accumulated, type AccumulatedState } from "./transforms/accumulate.ts";
export {
  type DeltaOptions,
  type Deltas,
  type DeltaState,
  scaleByAdadelta,
} from "./transforms/adadelta.ts";
export {
  scaleByAdagrad,
  type SquareSum,
  type SquareSumOptions,
  type SquareSumState,
} from "./transforms/adagrad.ts";
export {
  type MomentOptions,
  type Moments,
  type MomentState,
  scaleByAdam,
} from "./transforms/adam.ts";
export {
  type Maxima,
  type MaximumOptions,
  type MaximumState,
  scaleByAdamax,
} from "./transforms/adamax.ts";
export { clip, clipByGlobalNorm, globalNorm } from "./transforms/clip.ts";
export { addDecayedWeights, type DecayOptions } from "./transforms/decay.ts";
export { ema, type EmaOptions, type EmaState, type MovingMean } from "./transforms/ema.ts";
export {
  type Hyperparameters,
  type Injected,
  type InjectedState,
  injectHyperparams,
  setHyperparams,
} from "./transforms/inject.ts";
export {
  type LookingMomentOptions,
  type LookingMoments,
  type LookingMomentState,
  scaleByNadam,
} from "./transforms/nadam.ts";
export {
  type RectifiedMoments,
  type RectifiedOptions,
  type RectifiedState,
  scaleByRadam,
} from "./transforms/radam.ts";
export {
  scaleByRmsprop,
  type SquareMean,
  type SquareMeanOptions,
  type SquareMeanState,
} from "./transforms/rmsprop.ts";
export {
  scale,
  scaleByLearningRate,
  scaleBySchedule,
  type Scheduled,
  type ScheduleState,
} from "./transforms/scale.ts";
export {
  skipNonFinite,
  type SkipOptions,
  type Skipped,
  type SkippedState,
} from "./transforms/skip.ts";
export { trace, type TraceOptions, type TraceState, type Velocity } from "./transforms/trace.ts";
