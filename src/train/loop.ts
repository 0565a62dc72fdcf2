/**
 * The loop of a training: batches, steps, epochs, until something ends it.
 *
 * @module
 */
import { random, tensor } from "../../mod.ts";
import { NumericsError } from "../debug/nans.ts";
import { type Injected, setHyperparams } from "../optim/transforms/inject.ts";
import type { Callback, Stopped } from "./callback.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Feed } from "./feed.ts";
import type { EpochRecord, StepRecord } from "./history.ts";
import { interruption } from "./interruption.ts";
import type { Judge } from "./judge.ts";
import { type EarlyStopping, waited, type Watch } from "./monitor.ts";
import { reportOf } from "./report.ts";
import { copied, type Progress, type TrainState } from "./state.ts";
import type { Learner, Step } from "./step.ts";
import { turns } from "./turns.ts";
import type { Plateau } from "../optim/schedules/plateau.ts";

/** A training of which everything has been checked and made ready. */
export interface Plan {
  readonly step: Step;
  readonly feed: Feed;
  readonly judge: Judge;
  readonly epochs: number;
  readonly validate?: {
    readonly evaluation: Evaluation;
    readonly data: unknown;
    readonly size: number | undefined;
    readonly every: number;
  };
  readonly watch: Watch;
  readonly earlyStopping?: EarlyStopping;
  readonly plateau?: Plateau;
  readonly callbacks: readonly Callback[];
  readonly progress: boolean | number;
  readonly nonFinite: "throw" | "stop" | "continue";
  readonly signal?: AbortSignal;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Trains from a state until something ends it. */
export async function train(
  plan: Plan,
  from: TrainState<unknown>,
): Promise<[state: TrainState<unknown>, stopped: Stopped]> {
  const { step, feed, judge, epochs, validate, watch, callbacks } = plan;
  const [dataKey, stepKey, validationKey] = random.split(from.key, 3);
  const { progress, key, best: firstBest, plateau: firstPlateau, ...first } = from;

  let learner: Learner = copied(first);
  let best = firstBest;
  let plateau = firstPlateau;
  const now: Writable<Progress> = { ...progress };
  const epochRecords: EpochRecord[] = [...progress.epochs];
  const stepRecords: StepRecord[] | undefined = progress.steps && [...progress.steps];
  const { learningRate: firstRate } = progress;
  let lastRate: { item(): number } | null = firstRate === undefined
    ? null
    : { item: () => firstRate };

  /** Read when it is asked for: most steps need not. */
  const rate = (): { readonly learningRate?: number } => {
    const learningRate = lastRate?.item() ?? now.learningRate;
    return learningRate === undefined ? {} : { learningRate };
  };
  const state = (): TrainState<unknown> => ({
    ...copied(learner),
    best,
    plateau,
    key,
    progress: {
      ...now,
      ...rate(),
      epochs: [...epochRecords],
      ...(stepRecords !== undefined && { steps: [...stepRecords] }),
    },
  });

  const report = reportOf(plan.progress, epochs, feed.steps);
  const clock = turns();
  const interrupted = interruption(plan.signal);

  /** Takes the steps of an epoch that are left; says why it ended before the last one. */
  const takeSteps = async (epoch: number): Promise<Stopped | undefined> => {
    const batches = await feed.of(() => random.foldIn(dataKey, epoch), epoch, now.stepInEpoch);
    try {
      while (now.stepInEpoch < (feed.steps ?? Infinity)) {
        const next = batches.next();
        const { done, value: batch } = next instanceof Promise ? await next : next;
        if (done) break;
        if (clock.due()) await clock.take();
        if (interrupted.wanted) return "interrupted";
        const stepped = step(learner, batch, stepKey, tensor(now.step, "int32"));
        const loss = stepped.loss.item();
        learner = stepped.learner;
        lastRate = stepped.learningRate;
        now.step++;
        now.stepInEpoch++;
        now.lossSum += loss;
        if (!Number.isFinite(loss) && plan.nonFinite !== "continue") {
          if (plan.nonFinite === "stop") return "diverged";
          throw diverged(loss, epoch, now.step);
        }
        stepRecords?.push({ step: now.step, loss, ...rate() });
        report.step(epoch, now.stepInEpoch, now.lossSum / now.stepInEpoch);
        if (watchers.length > 0 && await stepSeen(epoch, loss)) return "callback";
      }
    } finally {
      await batches.return?.();
    }
    if (now.stepInEpoch === 0) {
      throw new RangeError(`fit: the data gave no batch in epoch ${epoch}`);
    }
  };
  const watchers = callbacks.filter(({ onStep }) => onStep !== undefined);
  const stepSeen = async (epoch: number, loss: number): Promise<boolean> => {
    let stop = false;
    for (const callback of watchers) {
      const wish = callback.onStep!({ step: now.step, loss, ...rate(), epoch, state });
      if ((wish instanceof Promise ? await wish : wish) === "stop") stop = true;
    }
    return stop;
  };

  const validation = async (epoch: number) => {
    if (validate === undefined || epoch % validate.every !== 0) return undefined;
    const run = validate.evaluation(learner, validate.data, validate.size, validationKey);
    for (;;) {
      const { done, value } = run.next();
      if (done) return value;
      if (clock.due()) await clock.take();
      if (interrupted.wanted) return "interrupted";
    }
  };

  /** What follows from the figure that is watched. */
  const heed = (record: EpochRecord): { isBest: boolean; enough: boolean } => {
    const value = watch.read(record);
    if (value === undefined) return { isBest: false, enough: false };
    const isBest = watch.isBetter(value, now.best?.value ?? null);
    if (isBest) {
      now.best = { epoch: record.epoch, value };
      best = copied({ params: learner.params, modelState: learner.modelState });
    }
    if (plan.plateau !== undefined && plateau !== null) {
      plateau = plan.plateau.update(plateau, value);
      const { learningRate } = copied(plateau);
      const before = learner.optimizerState as Injected<"learningRate", unknown>;
      learner = { ...learner, optimizerState: setHyperparams(before, { learningRate }) };
    }
    if (plan.earlyStopping === undefined) return { isBest, enough: false };
    now.patience = waited(now.patience, value, watch, plan.earlyStopping);
    const { mark, wait } = now.patience;
    return { isBest, enough: wait > 0 && wait >= plan.earlyStopping.patience && mark !== null };
  };

  const run = async (): Promise<Stopped> => {
    while (now.epoch < epochs) {
      const epoch = now.epoch + 1;
      const began = performance.now() - 1000 * now.seconds;
      const stopped = await takeSteps(epoch);
      now.seconds = (performance.now() - began) / 1000;
      if (stopped !== undefined) return stopped;
      const judged = await validation(epoch);
      now.seconds = (performance.now() - began) / 1000;
      if (judged === "interrupted") return judged;
      const record: EpochRecord = {
        epoch,
        step: now.step,
        loss: now.lossSum / now.stepInEpoch,
        metrics: judge.compute(learner.metricStates),
        ...rate(),
        ...(judged !== undefined && { validation: judged }),
        seconds: now.seconds,
      };
      epochRecords.push(record);
      Object.assign(now, { epoch, stepInEpoch: 0, lossSum: 0, seconds: 0 });
      learner = { ...learner, metricStates: judge.init() };
      const { isBest, enough } = heed(record);
      report.epoch(record);
      let stop = false;
      for (const { onEpoch } of callbacks) {
        if (await onEpoch?.({ ...record, isBest, state }) === "stop") stop = true;
      }
      if (enough) return "early";
      if (stop) return "callback";
    }
    return "finished";
  };

  try {
    const stopped = await run();
    for (const { onEnd } of callbacks) await onEnd?.({ stopped, state });
    report.end(reasonOf(stopped, now));
    return [state(), stopped];
  } catch (error) {
    report.end();
    throw error;
  } finally {
    interrupted.end();
  }
}

function diverged(loss: number, epoch: number, step: number): NumericsError {
  return new NumericsError(
    `fit: the loss is ${loss} in epoch ${epoch} at step ${step}; a smaller learning rate may help, ` +
      `or clipByGlobalNorm in a chain before the optimizer; debug.nans finds the line that makes it`,
  );
}

function reasonOf(stopped: Stopped, { step, best }: Progress): string | undefined {
  const so = best === null ? "" : `, best in epoch ${best.epoch}`;
  switch (stopped) {
    case "finished":
      return undefined;
    case "early":
      return `stopped early${so}`;
    case "callback":
      return `stopped by a callback at step ${step}${so}`;
    case "interrupted":
      return `interrupted at step ${step}${so}`;
    case "diverged":
      return `stopped at step ${step}, where the loss is no number any more${so}`;
  }
}
