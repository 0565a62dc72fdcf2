/**
 * Training from start to end.
 *
 * @module
 */
import { random, tensor } from "../../mod.ts";
import type { Optimizer, StateFamily, StateOf } from "../optim/optimizer.ts";
import { requireCount } from "../optim/hyperparameter.ts";
import { type BatchOf, feedOf } from "./feed.ts";
import { type EpochRecord, type History, historyOf, type StepRecord } from "./history.ts";
import { judgeOf, type Metrics } from "./judge.ts";
import type { LossFunction } from "./loss.ts";
import { copied, type Progress, type TrainState } from "./state.ts";
import { gradientStep, type Learner } from "./step.ts";

/** What {@linkcode fit} needs. */
export interface FitOptions<P, D, N extends number, S, F extends StateFamily> {
  /** What is minimized. */
  readonly loss: LossFunction<NoInfer<P>, BatchOf<NoInfer<D>, NoInfer<N>>, NoInfer<S>>;
  /** The first parameters. */
  readonly params: P;
  /** The first state of the model; none unless given. */
  readonly state?: S;
  /** What makes steps of gradients. */
  readonly optimizer: Optimizer<F>;
  /** A tree of tensors whose first axis is the rows, or a function that gives the batches of an epoch. */
  readonly data: D;
  /** How many rows a batch has; all of them unless given. */
  readonly batchSize?: N;
  /** How often it goes through the data. */
  readonly epochs: number;
  /** Where all randomness comes from. */
  readonly key: random.Key;
  /** Goes on from here. */
  readonly resume?: TrainState<P, S, StateOf<F, P>>;
}

/** Why a training ended: there were enough epochs. */
export type Stopped = "finished";

/** What {@linkcode fit} gives. */
export interface Fitted<P, S, O> {
  /** The parameters after the last step. */
  readonly params: P;
  /** The state of the model after the last step. */
  readonly modelState: S;
  /** What happened. */
  readonly history: History;
  /** Why it ended. */
  readonly stopped: Stopped;
  /** All that is needed to go on. */
  readonly state: TrainState<P, S, O>;
}

/** Minimizes a loss over data. */
export async function fit<P, D, F extends StateFamily, const N extends number = never, S = null>(
  options: FitOptions<P, D, N, S, F>,
): Promise<Fitted<P, S, StateOf<F, P>>> {
  type State = TrainState<P, S, StateOf<F, P>>;
  const { epochs, key, resume } = options;
  requireCount("fit", "epochs", epochs, 0);
  const judge = judgeOf("fit", {} as Metrics);
  const optimizer = options.optimizer as unknown as Optimizer<StateFamily>;
  const step = gradientStep("fit", options.loss as never, optimizer, judge);
  const feed = feedOf("fit", options.data, options.batchSize, undefined);
  const [dataKey, stepKey] = random.split(key);

  const { progress, ...tensors } = resume ?? start(options, optimizer, judge.init());
  let { params, modelState, optimizerState, metricStates } = copied(tensors);
  let learner: Learner = { params, modelState, optimizerState, metricStates };
  const now = { ...progress } as { -readonly [K in keyof Progress]: Progress[K] };
  const records: EpochRecord[] = [...progress.epochs];
  const steps: StepRecord[] | undefined = progress.steps && [...progress.steps];
  const snapshot = (): State =>
    ({
      ...tensors,
      ...copied(learner),
      progress: { ...now, epochs: [...records], ...(steps && { steps: [...steps] }) },
    }) as State;

  while (now.epoch < epochs) {
    const epoch = now.epoch + 1;
    const started = performance.now() - 1000 * now.seconds;
    for await (const batch of feed.of(random.foldIn(dataKey, epoch), epoch, now.stepInEpoch)) {
      const next = step(learner, batch, stepKey, tensor(now.step, "int32"));
      learner = next.learner;
      now.step++;
      now.stepInEpoch++;
      now.lossSum += next.loss.item();
      now.learningRate = next.learningRate?.item();
    }
    const seconds = (performance.now() - started) / 1000;
    records.push({
      epoch,
      step: now.step,
      loss: now.lossSum / now.stepInEpoch,
      metrics: {},
      learningRate: now.learningRate,
      seconds,
    });
    Object.assign(now, { epoch, stepInEpoch: 0, lossSum: 0, seconds: 0 });
    learner = { ...learner, metricStates: judge.init() };
  }
  const state = snapshot();
  const history = historyOf(state.progress.epochs, state.progress.steps);
  return {
    params: state.params,
    modelState: state.modelState,
    history,
    stopped: "finished",
    state,
  };
}

function start<P, S>(
  { params, state, key }: { params: P; state?: S; key: random.Key },
  optimizer: Optimizer<StateFamily>,
  metricStates: Record<string, unknown>,
): TrainState<P, S> {
  const modelState = (state ?? null) as S;
  return {
    params,
    modelState,
    optimizerState: optimizer.init(params),
    metricStates,
    best: { params, modelState },
    plateau: null,
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
    },
  };
}
