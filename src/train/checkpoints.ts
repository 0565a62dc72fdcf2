/**
 * A folder of checkpoints: written while a model is trained, and found again after a crash.
 *
 * @module
 */
import { FormatError } from "../data/format_error.ts";
import { fileSystem } from "../io/file_system.ts";
import { temporarySuffix } from "../io/write_file_atomic.ts";
import { requireCount } from "../optim/hyperparameter.ts";
import type { Callback } from "./callback.ts";
import { readCheckpoint, saveCheckpoint, stateOf } from "./checkpoint.ts";
import type { TrainState } from "./state.ts";

/** When {@linkcode checkpoints} saves, and what it keeps. */
export interface CheckpointsOptions {
  /** After how many steps, epochs or seconds it saves, whichever comes first; every epoch unless given. */
  readonly every?: {
    /** After every so many steps, counted through all epochs. */
    readonly steps?: number;
    /** After every so many epochs. */
    readonly epochs?: number;
    /** After the first step that ends so many seconds after the last checkpoint. */
    readonly seconds?: number;
  };
  /** How many of the newest checkpoints it keeps, beside the best; 3 unless given. */
  readonly keep?: number;
}

/**
 * A callback for `fit` that saves the training to a folder: the newest states as `step-00001200.safetensors`,
 * and that of the best epoch as `best.safetensors`. It also saves at the end, unless the loss was no number
 * any more. Whenever the process ends, each file is there as a whole or not at all, so that
 * {@linkcode latestCheckpoint} finds where to go on.
 *
 * A folder is for one training. Needs the permission to read and write it.
 *
 * @throws {RangeError} Where a number is out of its range; while training, where the folder has checkpoints
 * of later steps, which are those of another training.
 *
 * @example
 * ```ts
 * import { random, type Tensor, tensor } from "@katachi/katachi";
 * import { adam } from "@katachi/katachi/optim";
 * import { checkpoints, fit, latestCheckpoint } from "@katachi/katachi/train";
 *
 * const folder = await Deno.makeTempDir();
 * const options = {
 *   loss: (w: Tensor<[]>, x: Tensor<[3]>) => x.sub(w).square().mean(),
 *   params: tensor(0),
 *   optimizer: adam(0.1),
 *   data: tensor([1, 2, 3]),
 *   key: random.key(0),
 *   progress: false,
 *   callbacks: [checkpoints(folder, { every: { epochs: 2 }, keep: 1 })],
 * };
 * await fit({ ...options, epochs: 4 });
 *
 * // Later, or in another process:
 * const { state } = await fit({ ...options, epochs: 0, callbacks: [] });
 * const resume = await latestCheckpoint(folder, state);
 * resume?.progress.epoch; // 4
 * const { history } = await fit({ ...options, epochs: 6, resume });
 * history.epochs.length; // 6
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function checkpoints(folder: string | URL, options: CheckpointsOptions = {}): Callback {
  const { every = { epochs: 1 }, keep = 3 } = options;
  const { steps = Infinity, epochs = Infinity, seconds = Infinity } = every;
  requireEvery(every);
  requireCount("checkpoints", "keep", keep);
  let prepared = false;
  let last = performance.now();

  const save = async (state: TrainState<unknown>, isBest: boolean, isDue: boolean) => {
    if (!prepared) await prepare(folder, state.progress.step);
    prepared = true;
    if (isBest) await saveCheckpoint(placeIn(folder, bestName), state);
    if (!isDue) return;
    await saveCheckpoint(placeIn(folder, nameOf(state.progress.step)), state);
    last = performance.now();
    await removeOld(folder, keep);
  };
  return {
    onStep: (event) => {
      const isDue = event.step % steps === 0 || performance.now() - last >= 1000 * seconds;
      // The first step looks into the folder, lest a mistake be told of much later.
      if (isDue || !prepared) return save(event.state(), false, isDue);
    },
    onEpoch: (event) => {
      const isDue = event.epoch % epochs === 0;
      if (isDue || event.isBest) return save(event.state(), event.isBest, isDue);
    },
    onEnd: (event) => {
      if (event.stopped !== "diverged") return save(event.state(), false, true);
    },
  };
}

/**
 * The newest checkpoint in a folder that {@linkcode checkpoints} writes to, to go on from; `undefined` where
 * there is none, or no folder. Files that are damaged are passed over. The template is as for
 * {@linkcode loadCheckpoint}. Needs the permission to read the folder.
 *
 * @throws {FormatError} Where the newest checkpoint is that of another model or optimizer.
 *
 * @example
 * ```ts
 * import { random, type Tensor, tensor } from "@katachi/katachi";
 * import { sgd } from "@katachi/katachi/optim";
 * import { fit, latestCheckpoint } from "@katachi/katachi/train";
 *
 * const { state } = await fit({
 *   loss: (w: Tensor<[]>, x: Tensor<[3]>) => x.sub(w).square().mean(),
 *   params: tensor(0),
 *   optimizer: sgd(0.1),
 *   data: tensor([1, 2, 3]),
 *   epochs: 0,
 *   key: random.key(0),
 *   progress: false,
 * });
 * await latestCheckpoint("no/such/folder", state); // undefined
 * ```
 */
export async function latestCheckpoint<P, S, O>(
  folder: string | URL,
  template: TrainState<P, S, O>,
): Promise<TrainState<P, S, O> | undefined> {
  for (const { name } of (await saved(folder)).reverse()) {
    const path = placeIn(folder, name);
    const contents = await readUndamaged("latestCheckpoint", path);
    if (contents !== undefined) return stateOf(path, contents, template);
  }
}

const bestName = "best.safetensors";

function nameOf(step: number): string {
  return `step-${String(step).padStart(8, "0")}.safetensors`;
}

/** A path in a folder. */
function placeIn(folder: string | URL, name: string): string {
  const { join, pathOf } = fileSystem("checkpoints");
  return join(pathOf(folder), name);
}

/** The checkpoints of a folder, the oldest first. */
async function saved(folder: string | URL): Promise<{ name: string; step: number }[]> {
  return (await namesIn(folder))
    .map((name) => ({ name, step: Number(/^step-(\d{8,})\.safetensors$/.exec(name)?.[1]) }))
    .filter(({ step }) => Number.isSafeInteger(step))
    .sort((a, b) => a.step - b.step);
}

/** What is in a folder; nothing where there is no folder. */
async function namesIn(folder: string | URL): Promise<string[]> {
  const { readdir, pathOf } = fileSystem("checkpoints");
  try {
    return await readdir(pathOf(folder));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** A checkpoint's contents; `undefined` where it is damaged, or there no more. */
async function readUndamaged(operation: string, path: string) {
  try {
    return await readCheckpoint(operation, path);
  } catch (error) {
    if (error instanceof FormatError || isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === "ENOENT";
}

/** Makes the folder; removes what a killed process has left half done. */
async function prepare(folder: string | URL, step: number): Promise<void> {
  const { mkdir, rm, pathOf } = fileSystem("checkpoints");
  await mkdir(pathOf(folder), { recursive: true });
  for (const name of await namesIn(folder)) {
    const isOurs = name.startsWith(".step-") || name.startsWith(`.${bestName}.`);
    if (isOurs && name.endsWith(temporarySuffix)) await rm(placeIn(folder, name), { force: true });
  }
  for (const later of (await saved(folder)).filter((file) => file.step > step)) {
    const path = placeIn(folder, later.name);
    if (await readUndamaged("checkpoints", path) !== undefined) {
      throw new RangeError(
        `checkpoints: ${path} is of a later step than this training's, ${step}: go on from it with ` +
          `latestCheckpoint, or take another folder`,
      );
    }
    await rm(path, { force: true });
  }
}

/** Removes all checkpoints but the newest. */
async function removeOld(folder: string | URL, keep: number): Promise<void> {
  const { rm } = fileSystem("checkpoints");
  for (const { name } of (await saved(folder)).slice(0, -keep)) {
    await rm(placeIn(folder, name), { force: true });
  }
}

function requireEvery({ steps, epochs, seconds }: NonNullable<CheckpointsOptions["every"]>): void {
  if (steps !== undefined) requireCount("checkpoints", "every.steps", steps);
  if (epochs !== undefined) requireCount("checkpoints", "every.epochs", epochs);
  if (seconds !== undefined && !(seconds > 0)) {
    throw new RangeError(`checkpoints: every.seconds must be above 0, got ${seconds}`);
  }
  if (steps === undefined && epochs === undefined && seconds === undefined) {
    throw new RangeError("checkpoints: every needs steps, epochs or seconds");
  }
}
