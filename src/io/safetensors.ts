/**
 * Safetensors, the format in which Hugging Face and PyTorch exchange weights: tensors by name, and
 * metadata.
 *
 * @module
 */
import type { AnyTensor } from "../../mod.ts";
import { FormatError } from "../data/format_error.ts";
import { elementsOf, wrap } from "../tensor/storage.ts";
import { elementTypes, UnreadableElement, writtenAs } from "./element_types.ts";
import { longestHeader, metadataKey, parseHeader, quoted, refuse } from "./safetensors_header.ts";
import { namedTree } from "./names.ts";

/** The contents of a safetensors file. */
export interface Safetensors {
  /** The tensors by their names. */
  readonly tensors: Readonly<Record<string, AnyTensor>>;
  /** What else the file says. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The bytes of a safetensors file with the tensors of a tree. A tensor's name is its path in the tree,
 * with dots: `layers.0.weight`. The bytes are those that Hugging Face's own library writes.
 *
 * @throws {FormatError} Where two tensors have the same name, or the metadata is not of strings.
 *
 * @example
 * ```ts
 * import { zeros } from "@katachi/katachi";
 * import { encodeSafetensors, parseSafetensors } from "@katachi/katachi/io";
 *
 * const params = { hidden: { weight: zeros([784, 128]), bias: zeros([128]) } };
 * const bytes = encodeSafetensors(params, { epochs: "6" });
 * const { tensors, metadata } = parseSafetensors(bytes);
 * Object.keys(tensors); // ["hidden.bias", "hidden.weight"]
 * metadata.epochs; // "6"
 * ```
 */
export function encodeSafetensors(
  tree: unknown,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const order = Object.keys(writtenAs);
  const leaves = namedTree("encodeSafetensors", tree).leaves.toSorted((a, b) =>
    order.indexOf(a.leaf.dtype) - order.indexOf(b.leaf.dtype) || (a.name < b.name ? -1 : 1)
  );
  const header: [key: string, value: unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push([metadataKey, checkedMetadata(metadata)]);
  let size = 0;
  const parts = leaves.map(({ name, leaf }) => {
    if (name === metadataKey) refuse(`no tensor can have the name ${metadataKey}`);
    if (!name.isWellFormed()) refuse(`the name ${quoted(name)} has half a surrogate pair`);
    const { buffer, byteOffset, byteLength } = elementsOf(leaf, "encodeSafetensors");
    const start = size;
    size += byteLength;
    header.push([name, {
      dtype: writtenAs[leaf.dtype],
      shape: leaf.shape,
      data_offsets: [start, size],
    }]);
    return [start, new Uint8Array(buffer, byteOffset, byteLength)] as const;
  });
  // Put together by hand, since an object would have names that are numbers first.
  const pairs = header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const text = new TextEncoder().encode(`{${pairs.join(",")}}`);
  const length = Math.ceil(text.length / 8) * 8; // so that the data is aligned
  if (length > longestHeader) refuse(`a header has at most ${longestHeader} bytes, not ${length}`);
  const bytes = new Uint8Array(8 + length + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  bytes.fill(0x20, 8 + text.length, 8 + length);
  for (const [start, data] of parts) bytes.set(data, 8 + length + start);
  return bytes;
}

function checkedMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      refuse(`metadata is of strings, ${quoted(name)} is a ${typeof value}`);
    }
    if (!name.isWellFormed() || !value.isWellFormed()) {
      refuse(`the metadata ${quoted(name)} has half a surrogate pair`);
    }
  }
  return { ...metadata };
}

/**
 * Reads the bytes of a safetensors file. Floats of 16 bits become `float32`, exactly; integers of 8,
 * 16 and 64 bits become `int32`, or `uint32` where they have no sign.
 *
 * @throws {FormatError} Where the bytes are not just what the format asks for, or hold something that
 * no tensor here can: another element type, a 64-bit integer that does not fit into 32.
 *
 * @example
 * ```ts
 * import { tensor } from "@katachi/katachi";
 * import { encodeSafetensors, parseSafetensors } from "@katachi/katachi/io";
 *
 * const bytes = encodeSafetensors({ w: tensor([[1, 2], [3, 4]]) });
 * const { tensors } = parseSafetensors(bytes);
 * tensors.w.toArray(); // [[1, 2], [3, 4]]
 * ```
 */
export function parseSafetensors(bytes: Uint8Array): Safetensors {
  const { entries, metadata } = parseHeader(bytes);
  const tensors = entries.map(({ name, type, shape, start, end }) => {
    const { dtype, read } = elementTypes[type];
    try {
      return [name, wrap(shape, dtype, read(copied(bytes, start, end)))] as const;
    } catch (error) {
      if (!(error instanceof UnreadableElement)) throw error;
      throw new FormatError(`safetensors: ${quoted(name)}: ${error.message}`, { cause: error });
    }
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** A stretch of bytes in memory of its own, aligned for any element. */
function copied(bytes: Uint8Array, start: number, end: number): ArrayBuffer {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy.buffer;
}
