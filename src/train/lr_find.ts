/**
 * The learning rate range test.
 *
 * @module
 */
import { pow, type random, type Tensor, tensor } from "../../mod.ts";
import { requireCount, requireRange, type Schedule } from "../optim/hyperparameter.ts";
import type { Optimizer, StateFamily } from "../optim/optimizer.ts";
import type { Given } from "./checked.ts";
import type { DataBatch } from "./feed.ts";
import { fit } from "./fit.ts";
import type { LossContext } from "./loss.ts";
import type { NeedsState } from "./options.ts";

/** What {@linkcode lrFind} tries. */
export interface LrFindOptions<P, D, N extends number, S, F extends StateFamily, R> {
  /** What is minimized. */
  readonly loss: (
    params: P,
    batch: DataBatch<D, N>,
    context: LossContext<S>,
  ) => Given<R, S, Record<never, never>, "lrFind">;
  /** The first parameters. They stay as they are. */
  readonly params: P;
  /** The first state of the model; none unless given. */
  readonly state?: S;
  /** The optimizer with a learning rate: `adam`, or `(rate) => sgd(rate, { momentum: 0.9 })`. */
  readonly optimizer: (learningRate: Schedule) => Optimizer<F>;
  /** The data, as for `fit`. */
  readonly data: D;
  /** How many rows a batch has; all of them unless given. */
  readonly batchSize?: N;
  /** Where all randomness comes from. */
  readonly key: random.Key;
  /** The first learning rate; 1e-7 unless given. */
  readonly min?: number;
  /** The last learning rate; 10 unless given. */
  readonly max?: number;
  /** How many learning rates are tried, a step each; 100 unless given. */
  readonly steps?: number;
  /** How much of the smoothed loss is the one before; 0.98 unless given. */
  readonly smoothing?: number;
}

/** What {@linkcode lrFind} has found: plain data. */
export interface LrFound {
  /** The learning rates that were tried. */
  readonly rates: readonly number[];
  /** The loss before the step with each. */
  readonly losses: readonly number[];
  /** The losses, smoothed. */
  readonly smoothed: readonly number[];
  /** The learning rate at which the smoothed loss falls fastest; `null` where it never falls. */
  readonly suggestion: number | null;
  /** Whether the loss went out of bounds before the last learning rate. */
  readonly diverged: boolean;
}

/** So many rates at the start, and at the end, are not suggested: there the smoothed loss is young, or odd. */
const [skipFirst, skipLast] = [10, 1];

/**
 * The learning rate range test: one training whose learning rate grows by the same factor in every step,
 * until the smoothed loss is four times the best. Good rates are those where the loss falls fastest, up
 * to a tenth of where it is lowest. (L. N. Smith, "Cyclical learning rates for training neural networks",
 * WACV 2017; the smoothing, the bound and the suggestion are those of fastai and PyTorch Lightning.)
 *
 * @throws {RangeError} Where the rates are not `0 < min < max`, there are fewer than 2 steps, or the
 * smoothing is not from 0 to below 1.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { linear, meanSquaredError } from "@katachi/katachi/nn";
 * import { adam } from "@katachi/katachi/optim";
 * import { lrFind, supervised } from "@katachi/katachi/train";
 *
 * const x = random.normal(random.key(0), [256, 4]);
 * const model = linear.of(4, 1);
 * const { suggestion } = await lrFind({
 *   loss: supervised(model, meanSquaredError),
 *   params: model.init(random.key(1)),
 *   optimizer: adam,
 *   data: { x, y: x.sum(1, { keepDims: true }) },
 *   batchSize: 32,
 *   key: random.key(2),
 * });
 * suggestion; // about 0.2
 * ```
 */
export async function lrFind<
  P,
  D,
  F extends StateFamily,
  const N extends number = never,
  S = null,
  R = unknown,
>(options: LrFindOptions<P, D, N, S, F, R> & NeedsState<S>): Promise<LrFound> {
  const { min = 1e-7, max = 10, steps = 100, smoothing = 0.98 } = options;
  requireCount("lrFind", "steps", steps, 2);
  requireRange("lrFind", "smoothing", smoothing, { low: 0, high: 1 });
  if (!(min > 0 && min < max && max < Infinity)) {
    throw new RangeError(`lrFind: needs 0 < min < max, got ${min} and ${max}`);
  }
  const { min: _, max: __, steps: ___, smoothing: ____, optimizer, ...others } = options;
  const factor = tensor((max / min) ** (1 / (steps - 1)), "float64");
  const grow: Schedule = (step) =>
    pow(factor, step.astype("float64")).mul(min) as Tensor<[], "float64">;

  const smoothed: number[] = [];
  let mean = 0;
  let best = Infinity;
  const isOut = (loss: number): boolean => {
    mean = smoothing * mean + (1 - smoothing) * loss;
    const now = mean / (1 - smoothing ** (smoothed.length + 1));
    smoothed.push(now);
    best = Math.min(best, now);
    return now > best + 3 * Math.abs(best);
  };
  let diverged = false;
  const { stopped, history } = await fit({
    ...others as unknown as Loose,
    optimizer: optimizer(grow),
    epochs: steps,
    recordSteps: true,
    nonFinite: "stop",
    progress: false,
    callbacks: [{
      onStep: ({ step, loss }) => {
        diverged = isOut(loss);
        return diverged || step === steps ? "stop" : undefined;
      },
    }],
  });
  const taken = history.steps ?? [];
  return {
    rates: taken.map(({ learningRate }) => learningRate!),
    losses: taken.map(({ loss }) => loss),
    smoothed,
    suggestion: steepest(taken.map(({ learningRate }) => learningRate!), smoothed),
    diverged: diverged || stopped === "diverged",
  };
}

/** Options of `fit` whose types only the caller knows. */
interface Loose {
  readonly loss: (params: unknown, batch: unknown, context: LossContext) => Tensor<[]>;
  readonly params: unknown;
  readonly data: unknown;
  readonly key: random.Key;
}

/** The rate at which losses fall fastest: central differences, one-sided at the ends. */
function steepest(rates: readonly number[], losses: readonly number[]): number | null {
  const to = losses.length - skipLast;
  let found: number | null = null;
  let lowest = 0;
  for (let i = skipFirst; i < to; i++) {
    const [a, b] = [Math.max(skipFirst, i - 1), Math.min(to - 1, i + 1)];
    const slope = b > a ? (losses[b] - losses[a]) / (b - a) : 0;
    if (slope >= lowest) continue;
    lowest = slope;
    found = rates[i];
  }
  return found;
}
