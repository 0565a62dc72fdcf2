/**
 * All that a training needs to go on: what it has learned, and where it is.
 *
 * @module
 */
import { type AnyTensor, type random, treeMap } from "../../mod.ts";
import type { PlateauState } from "../optim/schedules/plateau.ts";
import { elementsOf, wrap } from "../tensor/storage.ts";
import type { EpochRecord, StepRecord } from "./history.ts";

/** What was best so far, by the figure that is watched. */
export interface BestParams<P, S> {
  /** The parameters at the end of the best epoch; the first ones before there is one. */
  readonly params: P;
  /** The state of the model then. */
  readonly modelState: S;
}

/** Where a training is: plain JSON. */
export interface Progress {
  /** How many epochs are complete. */
  readonly epoch: number;
  /** How many steps were taken, in all epochs together. */
  readonly step: number;
  /** How many of them belong to the epoch that is not complete. */
  readonly stepInEpoch: number;
  /** The sum of their losses. */
  readonly lossSum: number;
  /** The learning rate of the last step, where the optimizer has one. */
  readonly learningRate?: number;
  /** How long the epoch that is not complete has taken, in seconds. */
  readonly seconds: number;
  /** The epoch that was best, and its figure; `null` before there is one. */
  readonly best: { readonly epoch: number; readonly value: number } | null;
  /** The figure that the next one must be better than, and how often in a row none was. */
  readonly patience: { readonly mark: number | null; readonly wait: number };
  /** The epochs that are complete. */
  readonly epochs: readonly EpochRecord[];
  /** The steps, where they are recorded. */
  readonly steps?: readonly StepRecord[];
}

/**
 * All that a training needs to go on from where it is, so that it ends with the same bits as if it had
 * not been interrupted: hand it to `fit` as `resume`, with the other options as they were.
 *
 * `progress` is plain JSON; everything else is a tree of tensors.
 */
export interface TrainState<P, S = unknown, O = unknown> {
  /** The parameters. */
  readonly params: P;
  /** The state of the model; `null` where it keeps none. */
  readonly modelState: S;
  /** The state of the optimizer. */
  readonly optimizerState: O;
  /** The states of the metrics of the epoch that is not complete, by name. */
  readonly metricStates: Readonly<Record<string, unknown>>;
  /** The best parameters so far. */
  readonly best: BestParams<P, S>;
  /** The state of the `plateau` option; `null` without. */
  readonly plateau: PlateauState | null;
  /** The key that all randomness comes from. */
  readonly key: random.Key;
  /** Where the training is. */
  readonly progress: Progress;
}

/**
 * A tree with memory of its own, for tensors whose own memory is given away.
 *
 * @internal
 */
export function copied<T>(tree: T): T {
  return treeMap((leaf) => wrap(leaf.shape, leaf.dtype, owned(leaf)), tree);
}

function owned(leaf: AnyTensor) {
  return elementsOf(leaf, "fit").slice();
}
