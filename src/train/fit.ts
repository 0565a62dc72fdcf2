/**
 * Training from start to end.
 *
 * @module
 */
import type { random } from "../../mod.ts";
import { requireCount } from "../optim/hyperparameter.ts";
import type { NoState, Optimizer, StateFamily, StateOf } from "../optim/optimizer.ts";
import type { Plateau, PlateauState } from "../optim/schedules/plateau.ts";
import { type Injected, setHyperparams } from "../optim/transforms/inject.ts";
import { equalShapes } from "../shape/same.ts";
import { elementsOf } from "../tensor/storage.ts";
import { flattenTree, requireSameTree } from "../tensor/tree.ts";
import type { Callback, Stopped } from "./callback.ts";
import { evaluationOf } from "./evaluation.ts";
import { type DataBatch, feedOf } from "./feed.ts";
import { type History, historyOf } from "./history.ts";
import { judgeOf, type Metrics } from "./judge.ts";
import { type Plan, train } from "./loop.ts";
import type { LossFunction, StepFunction } from "./loss.ts";
import { requireEarlyStopping, watchOf } from "./monitor.ts";
import type { LossOptions, NeedsState, StepOptions, TrainingOptions } from "./options.ts";
import type { BestParams, TrainState } from "./state.ts";
import { gradientStep, ownStep } from "./step.ts";

/** What {@linkcode fit} gives. */
export interface Fitted<P, S, O> {
  /** The parameters after the last step. */
  readonly params: P;
  /** The state of the model after the last step. */
  readonly modelState: S;
  /** The parameters that were best, at the end of an epoch. */
  readonly best: BestParams<P, S> & {
    /** The epoch; 0 where none has come to its end. */
    readonly epoch: number;
  };
  /** What happened. */
  readonly history: History;
  /** Why it ended. */
  readonly stopped: Stopped;
  /** All that is needed to go on, with `resume`. */
  readonly state: TrainState<P, S, O>;
}

/**
 * Trains a model: goes through data in batches, `epochs` times, and follows the gradient of a loss. A
 * loss is a pure function of parameters and a batch; {@linkcode supervised} makes that of a layer. Loss,
 * gradient, metrics and the optimizer's update are one compiled program, which writes the new parameters
 * in the place of the old ones.
 *
 * Everything random comes from `key`: the same options give the same bits. `resume` goes on from any
 * state of a training, in the middle of an epoch as well, to the bits that it would have come to.
 * {@linkcode checkpoints} saves such states to files.
 *
 * Ctrl-C ends a training with what there is, as `signal` does; `stopped` says so. The event loop has a
 * turn between steps, about 20 times a second.
 *
 * Where the loss is NaN or infinite the training ends with an error, since all parameters are NaN soon.
 *
 * @throws {NumericsError} Where the loss is not finite, unless `nonFinite` says otherwise.
 * @throws {RangeError} Where a number is out of its range, the data have fewer rows than a batch or none,
 * or `monitor` names a figure that there is not.
 * @throws {TypeError} Where options do not go together, or a loss gives something else than it should.
 *
 * @example
 * ```ts
 * import { random, tanh, tensor } from "@katachi/katachi";
 * import { linear, sequential, sigmoidCrossEntropy } from "@katachi/katachi/nn";
 * import { adam } from "@katachi/katachi/optim";
 * import { fit } from "@katachi/katachi/train";
 *
 * const data = { x: tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), y: tensor([[0], [1], [1], [0]]) };
 * const model = sequential(linear.of(2, 8), tanh, linear.of(8, 1));
 *
 * const { params, history } = await fit({
 *   loss: (params, { x, y }) => sigmoidCrossEntropy(model.apply(params, x), y),
 *   params: model.init(random.key(0)),
 *   optimizer: adam(0.05),
 *   data,
 *   epochs: 300,
 *   key: random.key(1),
 *   progress: 100, // a line every 100 epochs
 * });
 * history.epochs[299].loss; // less than 0.01
 * model.apply(params, data.x).shape; // [4, 1]: the logits
 * ```
 */
export async function fit<
  P,
  D,
  F extends StateFamily = NoState,
  const N extends number = never,
  S = null,
  M extends Metrics = Record<never, never>,
  R = unknown,
>(
  options:
    & TrainingOptions<P, D, N, S, StateOf<F, P>, M>
    & NeedsState<S>
    & (
      | LossOptions<P, DataBatch<D, N>, S, F, M, R>
      | StepOptions<P, DataBatch<D, N>, S, M, R>
    ),
): Promise<Fitted<P, S, StateOf<F, P>>> {
  const { plan, start } = prepared(options as unknown as AnyOptions);
  const [state, stopped] = await train(plan, start);
  const { params, modelState, best, progress } = state;
  return {
    params,
    modelState,
    best: { ...best, epoch: progress.best?.epoch ?? 0 },
    history: historyOf(progress.epochs, progress.steps),
    stopped,
    state,
  } as Fitted<P, S, StateOf<F, P>>;
}

/** Options whose types only the caller knows. */
type AnyOptions =
  & TrainingOptions<unknown, unknown, number, unknown, unknown, Metrics>
  & {
    readonly loss?: LossFunction<unknown, unknown, unknown>;
    readonly step?: StepFunction<unknown, unknown, unknown>;
    readonly optimizer?: Optimizer<StateFamily>;
  };

/** A training made ready, and the state that it starts from. */
function prepared(options: AnyOptions): { plan: Plan; start: TrainState<unknown> } {
  const { loss, step, optimizer, data, batchSize, epochs, metrics = {} } = options;
  const { validation, validationFreq = 1, earlyStopping, plateau, resume } = options;
  requireCount("fit", "epochs", epochs, 0);
  requireCount("fit", "validationFreq", validationFreq);
  if (earlyStopping !== undefined) requireEarlyStopping("fit", earlyStopping);
  if (typeof options.progress === "number") requireCount("fit", "progress", options.progress);
  const judge = judgeOf("fit", metrics);
  const validates = validation !== undefined;
  const none = (part: unknown) => part === undefined;
  if (none(loss) === none(step) || none(loss) !== none(optimizer)) {
    throw new TypeError("fit: needs a loss and an optimizer, or else a step");
  }
  const judged = (loss ?? step) as LossFunction<unknown, unknown, unknown>;
  const plan: Plan = {
    step: optimizer !== undefined
      ? gradientStep("fit", judged, optimizer, judge)
      : ownStep("fit", step!, judge),
    feed: feedOf("fit", data, batchSize, options.stepsPerEpoch),
    judge,
    epochs,
    validate: !validates ? undefined : {
      evaluation: evaluationOf("fit", judged, judge),
      data: validation,
      size: options.validationBatchSize ?? batchSize,
      every: validationFreq,
    },
    watch: watchOf(
      "fit",
      options.monitor ?? (validates ? "validation.loss" : "loss"),
      options.mode,
      { metrics: Object.keys(metrics), validates },
    ),
    earlyStopping,
    plateau,
    callbacks: (options.callbacks ?? []) as readonly Callback[],
    progress: options.progress ?? true,
    nonFinite: options.nonFinite ?? "throw",
    signal: options.signal,
  };
  const first = startOf(options, judge.init());
  if (resume === undefined) return { plan, start: first };
  requireAlike(resume, first);
  return { plan, start: resume };
}

/** The state before the first step. */
function startOf(options: AnyOptions, metricStates: Record<string, unknown>): TrainState<unknown> {
  const { params, optimizer, plateau, key, recordSteps = false } = options;
  const modelState = options.state ?? null;
  const [optimizerState, plateauState] = withRate(optimizer?.init(params) ?? null, plateau);
  return {
    params,
    modelState,
    optimizerState,
    metricStates,
    best: { params, modelState },
    plateau: plateauState,
    key,
    progress: {
      epoch: 0,
      step: 0,
      stepInEpoch: 0,
      lossSum: 0,
      seconds: 0,
      best: null,
      patience: { mark: null, wait: 0 },
      epochs: [],
      ...(recordSteps && { steps: [] }),
    },
  };
}

/** The optimizer's state with the first learning rate of a plateau. */
function withRate(
  state: unknown,
  plateau: Plateau | undefined,
): [optimizerState: unknown, plateau: PlateauState | null] {
  if (plateau === undefined) return [state, null];
  const injected = state as Partial<Injected<"learningRate", unknown>> | null;
  if (injected?.hyperparams?.learningRate === undefined) {
    throw new TypeError(
      "fit: plateau needs an optimizer whose learning rate can be set: " +
        "injectHyperparams((h) => adam(h.learningRate), { learningRate: 0.001 })",
    );
  }
  const first = plateau.init();
  const { learningRate } = first;
  return [setHyperparams(injected as Injected<"learningRate", unknown>, { learningRate }), first];
}

/** Refuses to go on from a state that these options do not lead to. */
function requireAlike(resume: TrainState<unknown>, first: TrainState<unknown>): void {
  const { progress: _, ...found } = resume;
  const { progress: __, ...wanted } = first;
  const a = flattenTree(found, "fit", "resume");
  const b = flattenTree(wanted, "fit", "the first state");
  requireSameTree("fit", "resume", a.structure, "the state of these options", b.structure);
  for (const [i, { shape, dtype }] of a.leaves.entries()) {
    const want = b.leaves[i];
    if (dtype === want.dtype && equalShapes(shape, want.shape)) continue;
    throw new TypeError(
      `fit: resume${a.structure.paths[i]} is ${dtype}[${shape}], ` +
        `but these options make ${want.dtype}[${want.shape}] of it`,
    );
  }
  const words = (key: random.Key) => String(elementsOf(key, "fit"));
  if (words(resume.key) !== words(first.key)) {
    throw new RangeError("fit: resume is of a training with another key");
  }
}
