/**
 * Being told what happens in a training.
 *
 * @module
 */
import type { EpochRecord, StepRecord } from "./history.ts";
import type { TrainState } from "./state.ts";

/**
 * Why a training ended: there were enough epochs; none was better for long enough; a callback wanted it;
 * Ctrl-C or a signal did; or the loss was no number any more.
 */
export type Stopped = "finished" | "early" | "callback" | "interrupted" | "diverged";

/** A step was taken. */
export interface StepEvent<P, S, O> extends StepRecord {
  /** Which epoch it belongs to, from 1 on. */
  readonly epoch: number;
  /** All that is needed to go on after it: a copy, made when it is asked for. */
  state(): TrainState<P, S, O>;
}

/** An epoch is complete. */
export interface EpochEvent<P, S, O> extends EpochRecord {
  /** Whether it is the best so far. */
  readonly isBest: boolean;
  /** All that is needed to go on after it: a copy, made when it is asked for. */
  state(): TrainState<P, S, O>;
}

/** The training has ended. */
export interface EndEvent<P, S, O> {
  /** Why. */
  readonly stopped: Stopped;
  /** All that is needed to go on. */
  state(): TrainState<P, S, O>;
}

/** What a callback gives back: `"stop"` ends the training. */
export type Wish = "stop" | void | Promise<"stop" | void>;

/**
 * Told what happens. It can look, keep what it sees and end the training, and changes nothing else:
 * with it or without it a training goes the same way.
 */
export interface Callback<P = unknown, S = unknown, O = unknown> {
  /** After every step. */
  onStep?(event: StepEvent<P, S, O>): Wish;
  /** After every epoch. */
  onEpoch?(event: EpochEvent<P, S, O>): Wish;
  /** At the end, whatever it came by, unless an error was thrown. */
  onEnd?(event: EndEvent<P, S, O>): void | Promise<void>;
}
