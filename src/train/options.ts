/**
 * How a model is trained: the options of `fit`.
 *
 * @module
 */
import type { random } from "../../mod.ts";
import type { WithRows } from "../data/rows.ts";
import type { Optimizer, StateFamily } from "../optim/optimizer.ts";
import type { Plateau } from "../optim/schedules/plateau.ts";
import type { Callback } from "./callback.ts";
import type { DataBatch } from "./feed.ts";
import type { Given, GivenByStep } from "./checked.ts";
import type { LossContext, LossResult, Taken } from "./loss.ts";
import type { EarlyStopping, Mode, Monitor } from "./monitor.ts";
import type { TrainState } from "./state.ts";

/** What is minimized, and how. */
export interface LossOptions<
  P,
  B,
  S,
  F extends StateFamily,
  M = Record<never, never>,
  R = LossResult<S>,
> {
  /** What is minimized: the mean of the loss over the rows of the data. */
  readonly loss: (params: P, batch: B, context: LossContext<S>) => Given<R, S, M, "fit">;
  /** What makes steps of gradients. To clip gradients: `chain(clipByGlobalNorm(1), adam(0.001))`. */
  readonly optimizer: Optimizer<F>;
}

/** A step of one's own, where following the gradient of one loss is not what is wanted. */
export interface StepOptions<P, B, S, M = Record<never, never>, R = Taken<P, S>> {
  /** The step. */
  readonly step: (params: P, batch: B, context: LossContext<S>) => GivenByStep<R, P, S, M, "fit">;
}

/** The first state is not left out where there is one. */
export type NeedsState<S> = [S] extends [null] ? unknown : {
  /** The first state of the model, as `model.initState()` makes it. */
  readonly state: S;
};

/** How a model is trained, whatever a step is. */
export interface TrainingOptions<P, D, N extends number, S, O, M> {
  /** The first parameters. They stay as they are. */
  readonly params: P;
  /** The first state of the model, as `model.initState()` makes it; none unless given. */
  readonly state?: S;
  /**
   * A tree of tensors whose first axis is the rows, which are shuffled in every epoch; or a function that
   * gives the batches of an epoch.
   */
  readonly data: D;
  /** How many rows a batch has; all there are, in order, unless given. */
  readonly batchSize?: N;
  /** How many batches an epoch has at most; all that the data give unless given. */
  readonly stepsPerEpoch?: number;
  /** How often it goes through the data, epochs of a resumed state included. */
  readonly epochs: number;
  /** Where all randomness comes from: the order of the rows, and the keys of the steps. */
  readonly key: random.Key;
  /** Data to judge the model on after epochs; in batches as large as those of the data, unless told. */
  readonly validation?: WithRows<NoInfer<DataBatch<D, N>>, number>;
  /** After how many epochs each the model is judged; 1 unless given. */
  readonly validationFreq?: number;
  /** How many rows of the validation data are judged at once. */
  readonly validationBatchSize?: number;
  /** Metrics by name, for losses that give predictions and targets. */
  readonly metrics?: M;
  /** The figure that tells the best epoch; the validation's loss unless given, or else the loss. */
  readonly monitor?: Monitor<NoInfer<M>>;
  /** Which figure is better; the smaller one, `"min"`, for losses. */
  readonly mode?: Mode;
  /** When it ends before the last epoch; never unless given. */
  readonly earlyStopping?: EarlyStopping;
  /**
   * Lowers the learning rate where the figure gets no better: `reduceOnPlateau(0.1)`, with an optimizer
   * whose rate can be set, `injectHyperparams((h) => sgd(h.learningRate), { learningRate: 0.1 })`.
   */
  readonly plateau?: Plateau;
  /** Told what happens; they can end it. */
  readonly callbacks?: readonly Callback<NoInfer<P>, NoInfer<S>, NoInfer<O>>[];
  /**
   * Whether it writes a line for every epoch, and a bar on a terminal: `true` unless given. A number
   * is after how many epochs each it does.
   */
  readonly progress?: boolean | number;
  /** Whether the history has every step; `false` unless given. */
  readonly recordSteps?: boolean;
  /** What a loss that is NaN or infinite does: it throws unless told to stop or to go on. */
  readonly nonFinite?: "throw" | "stop" | "continue";
  /** Ends it from outside, as Ctrl-C does. */
  readonly signal?: AbortSignal;
  /** Goes on from here, with the other options as they were: to the very same bits. */
  readonly resume?: TrainState<P, S, O>;
}
