/**
 * Tensors in files: the safetensors format, and files that are written as a whole or not at all.
 *
 * @example
 * ```ts
 * import { ones, zeros } from "@katachi/katachi";
 * import { loadWeights, saveWeights } from "@katachi/katachi/io";
 *
 * const folder = await Deno.makeTempDir();
 * const path = `${folder}/model.safetensors`;
 * await saveWeights(path, { weight: ones([784, 10]), bias: zeros([10]) });
 * const { weight } = await loadWeights(path, { weight: zeros([784, 10]), bias: zeros([10]) });
 * weight.mean().item(); // 1
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export { FormatError } from "../data/format_error.ts";
export { loadInto, type LoadOptions } from "./load_into.ts";
export { encodeSafetensors, parseSafetensors, type Safetensors } from "./safetensors.ts";
export { loadWeights, readSafetensors, type SaveOptions, saveWeights } from "./weights.ts";
export { writeFileAtomic } from "./write_file_atomic.ts";
