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
export {
  adam,
  type AdamOptions,
  type AdamState,
  adamw,
  type AdamWOptions,
  type AdamWState,
} from "./adam.ts";
export { gradientDescent, type GradientDescentOptions, type LastStep } from "./gradient_descent.ts";
export {
  type Hyperparameter,
  type LearningRate,
  type Schedule,
  type StepCount,
} from "./hyperparameter.ts";
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
export { sgd, type SgdOptions, type SgdState } from "./sgd.ts";
export {
  type RowMoments,
  type RowMomentState,
  scaleBySparseAdam,
  sparseAdam,
  type SparseAdamOptions,
  type SparseAdamState,
} from "./sparse_adam.ts";
export {
  type MomentOptions,
  type Moments,
  type MomentState,
  scaleByAdam,
} from "./transforms/adam.ts";
export { clip, clipByGlobalNorm, globalNorm } from "./transforms/clip.ts";
export { addDecayedWeights, type DecayOptions } from "./transforms/decay.ts";
export {
  scale,
  scaleByLearningRate,
  scaleBySchedule,
  type ScheduleState,
  type Steps,
} from "./transforms/scale.ts";
export { trace, type TraceOptions, type TraceState, type Velocity } from "./transforms/trace.ts";
