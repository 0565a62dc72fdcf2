/**
 * Checkpoints: the whole state of a training in a file, from which it goes on to the very same bits.
 *
 * A checkpoint is a safetensors file. Its tensors are those of the state under their names
 * (`params.0.weight`, `optimizerState.0.step`); its metadata says the rest, and has a SHA-256 of the
 * file, so that no damage is overlooked.
 *
 * @module
 */
import { FormatError } from "../data/format_error.ts";
import { fileSystem } from "../io/file_system.ts";
import { loadInto } from "../io/load_into.ts";
import { encodeSafetensors, parseSafetensors, type Safetensors } from "../io/safetensors.ts";
import { writeFileAtomic } from "../io/write_file_atomic.ts";
import type { Progress, TrainState } from "./state.ts";

/** What the metadata calls a checkpoint, and the version of how it is written. */
const format = { format: "katachi checkpoint", formatVersion: "1" };

/** The version of the library. */
const libraryVersion = "0.1.0";

/**
 * Writes the state of a training to a file, as a whole or not at all: whenever the process ends, there
 * is either what was there before or the new checkpoint. Needs the permission to read and write the
 * folder.
 *
 * @example
 * ```ts
 * import { random, type Tensor, tensor } from "@katachi/katachi";
 * import { sgd } from "@katachi/katachi/optim";
 * import { fit, loadCheckpoint, saveCheckpoint } from "@katachi/katachi/train";
 *
 * const options = {
 *   loss: (w: Tensor<[]>, batch: { x: Tensor<[4]> }) => batch.x.sub(w).square().mean(),
 *   params: tensor(0),
 *   optimizer: sgd(0.1),
 *   data: { x: tensor([1, 2, 3, 4]) },
 *   key: random.key(0),
 *   progress: false,
 * };
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await saveCheckpoint(path, (await fit({ ...options, epochs: 3 })).state);
 *
 * const { state } = await fit({ ...options, epochs: 0 }); // of the same form
 * const resume = await loadCheckpoint(path, state);
 * const { history } = await fit({ ...options, epochs: 5, resume });
 * history.epochs.length; // 5
 * await Deno.remove(path);
 * ```
 */
export async function saveCheckpoint<P, S, O>(
  path: string | URL,
  state: TrainState<P, S, O>,
): Promise<void> {
  await writeFileAtomic(path, await encodeCheckpoint(state));
}

/**
 * Reads the state of a training from a file that {@linkcode saveCheckpoint} has written. The template is
 * a state of the same training at any step, such as the one that `fit` gives with `epochs: 0`; only its
 * form, shapes and dtypes count. Needs the permission to read the file.
 *
 * @throws {FormatError} Where the file is damaged or cut off, is no checkpoint, or is that of another
 * model or optimizer: the message names the file and each tensor that does not fit.
 *
 * @example
 * ```ts
 * import { random, type Tensor, tensor } from "@katachi/katachi";
 * import { adam } from "@katachi/katachi/optim";
 * import { fit, loadCheckpoint, saveCheckpoint } from "@katachi/katachi/train";
 *
 * const { state } = await fit({
 *   loss: (w: Tensor<[2]>, x: Tensor<[3, 2]>) => x.sub(w).square().mean(),
 *   params: tensor([0, 0]),
 *   optimizer: adam(0.1),
 *   data: tensor([[1, 2], [3, 4], [5, 6]]),
 *   epochs: 2,
 *   key: random.key(0),
 *   progress: false,
 * });
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await saveCheckpoint(path, state);
 * const loaded = await loadCheckpoint(path, state);
 * loaded.progress.step; // 2
 * await Deno.remove(path);
 * ```
 */
export async function loadCheckpoint<P, S, O>(
  path: string | URL,
  template: TrainState<P, S, O>,
): Promise<TrainState<P, S, O>> {
  return stateOf(path, await readCheckpoint("loadCheckpoint", path), template);
}

/**
 * The contents of a checkpoint that is not damaged.
 *
 * @internal
 */
export async function readCheckpoint(
  operation: string,
  path: string | URL,
): Promise<Safetensors> {
  const { readFile, pathOf } = fileSystem(operation);
  const bytes = new Uint8Array(await readFile(pathOf(path)));
  try {
    const contents = parseSafetensors(bytes);
    await requireWhole(bytes, contents.metadata);
    return contents;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${path}: ${error.message}`, { cause: error });
  }
}

/**
 * The state that a checkpoint holds.
 *
 * @internal
 */
export function stateOf<P, S, O>(
  path: string | URL,
  { tensors, metadata }: Safetensors,
  template: TrainState<P, S, O>,
): TrainState<P, S, O> {
  if (metadata.formatVersion !== format.formatVersion) {
    throw new FormatError(
      `${path}: a checkpoint of version ${metadata.formatVersion}, written by Katachi ` +
        `${metadata.library}; this is ${libraryVersion} and reads version ${format.formatVersion}`,
    );
  }
  const { progress: _, ...form } = template;
  try {
    return { ...loadInto(form, tensors), progress: parseProgress(metadata.progress) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${path}: ${error.message}`, { cause: error });
  }
}

/** The bytes of a checkpoint. What they say is settled before anything is waited for. */
async function encodeCheckpoint<P, S, O>(
  state: TrainState<P, S, O>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { progress, ...tensors } = state;
  const bytes = encodeSafetensors(tensors, {
    ...format,
    library: libraryVersion,
    epoch: String(progress.epoch),
    step: String(progress.step),
    progress: JSON.stringify(progress, spelled),
    sha256: noDigest,
  });
  const at = digestPlace(bytes, noDigest);
  bytes.set(new TextEncoder().encode(await digestOf(bytes)), at);
  return bytes;
}

/** What stands for the digest while it is taken. */
const noDigest = "0".repeat(64);

/** Where the digest stands. Inside a string there are no quotes without backslashes. */
function digestPlace(bytes: Uint8Array, digest: string): number {
  const before = `"sha256":"`;
  const header = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder("latin1").decode(bytes.subarray(8, 8 + header));
  return 8 + text.indexOf(`${before}${digest}"`) + before.length;
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Refuses a file whose bytes are not those that were written; the bytes are used up. */
async function requireWhole(
  bytes: Uint8Array<ArrayBuffer>,
  metadata: Safetensors["metadata"],
): Promise<void> {
  if (metadata.format !== format.format) throw new FormatError("the file is no checkpoint");
  const digest = metadata.sha256 ?? "";
  const at = digestPlace(bytes, digest);
  bytes.fill(0x30, at, at + noDigest.length);
  if (digest.length !== noDigest.length || await digestOf(bytes) !== digest) {
    throw new FormatError("the checkpoint is damaged: its bytes are not those that were written");
  }
}

/** Writes the numbers that JSON has no word for as `{ "number": "NaN" }`. */
function spelled(_: string, value: unknown): unknown {
  const plain = typeof value !== "number" || Number.isFinite(value) && !Object.is(value, -0);
  return plain ? value : { number: Object.is(value, -0) ? "-0" : String(value) };
}

/** Undoes {@linkcode spelled}. */
function unspelled(_: string, value: unknown): unknown {
  const { number } = (value ?? {}) as { number?: unknown };
  return typeof number === "string" ? Number(number) : value;
}

function parseProgress(text = ""): Progress {
  try {
    return JSON.parse(text, unspelled);
  } catch (cause) {
    throw new FormatError("the checkpoint does not say where the training was", { cause });
  }
}
