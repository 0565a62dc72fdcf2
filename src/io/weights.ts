/**
 * Weights in files.
 *
 * @module
 */
import { FormatError } from "../data/format_error.ts";
import { fileSystem } from "./file_system.ts";
import { loadInto, type LoadOptions } from "./load_into.ts";
import { encodeSafetensors, parseSafetensors, type Safetensors } from "./safetensors.ts";
import { writeFileAtomic } from "./write_file_atomic.ts";

/** What {@linkcode saveWeights} writes beside the tensors. */
export interface SaveOptions {
  /** What else the file shall say. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a tree of tensors to a safetensors file, as a whole or not at all
 * ({@linkcode writeFileAtomic}). Needs the permission to read and write its folder.
 *
 * @throws {FormatError} Where the file cannot hold the tree; see {@linkcode encodeSafetensors}.
 *
 * @example
 * ```ts
 * import { random } from "@katachi/katachi";
 * import { loadWeights, saveWeights } from "@katachi/katachi/io";
 * import { linear } from "@katachi/katachi/nn";
 *
 * const folder = await Deno.makeTempDir();
 * const path = `${folder}/model.safetensors`;
 * const model = linear.of(784, 10);
 * await saveWeights(path, model.init(random.key(0)), { metadata: { epochs: "6" } });
 * const params = await loadWeights(path, model.init(random.key(1)));
 * params.weight.shape; // [784, 10]
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function saveWeights(
  path: string | URL,
  tree: unknown,
  options: SaveOptions = {},
): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(tree, options.metadata));
}

/**
 * Reads a safetensors file into a tree of the same form as another one, such as new parameters, with
 * the checks of {@linkcode loadInto}. Needs the permission to read it.
 *
 * @throws {FormatError} Where the file is no safetensors file, or holds other tensors; the message names
 * the file and each tensor.
 *
 * @example
 * ```ts
 * import { ones, zeros } from "@katachi/katachi";
 * import { loadWeights, saveWeights } from "@katachi/katachi/io";
 *
 * const folder = await Deno.makeTempDir();
 * await saveWeights(`${folder}/w.safetensors`, { w: ones([2, 3]) });
 * const { w } = await loadWeights(`${folder}/w.safetensors`, { w: zeros([2, 3]) });
 * w.toArray(); // [[1, 1, 1], [1, 1, 1]]
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function loadWeights<T>(
  path: string | URL,
  template: T,
  options: LoadOptions = {},
): Promise<T> {
  const bytes = await bytesOf("loadWeights", path);
  return naming(path, () => loadInto(template, parseSafetensors(bytes).tensors, options));
}

/**
 * Reads a safetensors file: its tensors by name, and its metadata. Needs the permission to read it.
 *
 * @throws {FormatError} Where the file is no safetensors file, as {@linkcode parseSafetensors} does; the
 * message names it.
 *
 * @example
 * ```ts
 * import { zeros } from "@katachi/katachi";
 * import { readSafetensors, saveWeights } from "@katachi/katachi/io";
 *
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await saveWeights(path, [zeros([2, 3]), zeros([3])]);
 * const { tensors } = await readSafetensors(path);
 * tensors["0"].shape; // [2, 3]
 * await Deno.remove(path);
 * ```
 */
export async function readSafetensors(path: string | URL): Promise<Safetensors> {
  const bytes = await bytesOf("readSafetensors", path);
  return naming(path, () => parseSafetensors(bytes));
}

async function bytesOf(operation: string, path: string | URL): Promise<Uint8Array> {
  const { readFile, pathOf } = fileSystem(operation);
  return await readFile(pathOf(path));
}

/** Says which file an error is about. */
function naming<R>(path: string | URL, read: () => R): R {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`${path}: ${error.message}`, { cause: error });
  }
}
