/**
 * IDX, the format of the MNIST files: a header that tells element type and dims, then the elements,
 * all big-endian. (Described on Y. LeCun's page of the MNIST database.)
 *
 * @module
 */
import { FormatError } from "./format_error.ts";

/** The typed arrays that IDX elements come in. */
export type IdxData =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** The element types of IDX, by the names that its description gives them. */
export type IdxType = "ubyte" | "byte" | "short" | "int" | "float" | "double";

/** The contents of an IDX file. */
export interface IdxArray {
  /** What the elements are. */
  readonly type: IdxType;
  /** The dims, outermost first. */
  readonly shape: readonly number[];
  /** The elements in row-major order. */
  readonly data: IdxData;
}

interface ElementType {
  readonly type: IdxType;
  readonly code: number;
  readonly bytes: number;
  readonly make: (length: number) => IdxData;
  readonly read: (view: DataView, at: number) => number;
  readonly write: (view: DataView, at: number, value: number) => void;
}

const elementTypes: readonly ElementType[] = [
  {
    type: "ubyte",
    code: 0x08,
    bytes: 1,
    make: (n) => new Uint8Array(n),
    read: (view, at) => view.getUint8(at),
    write: (view, at, value) => view.setUint8(at, value),
  },
  {
    type: "byte",
    code: 0x09,
    bytes: 1,
    make: (n) => new Int8Array(n),
    read: (view, at) => view.getInt8(at),
    write: (view, at, value) => view.setInt8(at, value),
  },
  {
    type: "short",
    code: 0x0b,
    bytes: 2,
    make: (n) => new Int16Array(n),
    read: (view, at) => view.getInt16(at),
    write: (view, at, value) => view.setInt16(at, value),
  },
  {
    type: "int",
    code: 0x0c,
    bytes: 4,
    make: (n) => new Int32Array(n),
    read: (view, at) => view.getInt32(at),
    write: (view, at, value) => view.setInt32(at, value),
  },
  {
    type: "float",
    code: 0x0d,
    bytes: 4,
    make: (n) => new Float32Array(n),
    read: (view, at) => view.getFloat32(at),
    write: (view, at, value) => view.setFloat32(at, value),
  },
  {
    type: "double",
    code: 0x0e,
    bytes: 8,
    make: (n) => new Float64Array(n),
    read: (view, at) => view.getFloat64(at),
    write: (view, at, value) => view.setFloat64(at, value),
  },
];

/**
 * Reads the bytes of an IDX file.
 *
 * @throws {FormatError} Where the header is not IDX's, or the length is not what it says.
 *
 * @example
 * ```ts
 * import { parseIdx } from "@katachi/katachi/data";
 *
 * const bytes = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]);
 * parseIdx(bytes).shape; // [3]
 * ```
 */
export function parseIdx(bytes: Uint8Array): IdxArray {
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    throw new FormatError(
      `IDX: a file starts with two zero bytes, an element type and a rank; found ${
        hex(bytes.subarray(0, 4)) || "nothing"
      }`,
    );
  }
  const [, , code, rank] = bytes;
  const element = elementTypes.find((element) => element.code === code);
  if (element === undefined) {
    throw new FormatError(
      `IDX: unknown element type ${hex([code])}; there are ${
        elementTypes.map(({ type, code }) => `${hex([code])} (${type})`).join(", ")
      }`,
    );
  }
  const header = 4 + 4 * rank;
  if (bytes.length < header) {
    throw new FormatError(
      `IDX: the header of rank ${rank} has ${header} bytes, the file ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const length = elementCount(shape);
  const expected = header + length * element.bytes;
  if (bytes.length !== expected) {
    throw new FormatError(
      `IDX: [${shape.join(", ")}] takes ${expected} bytes, the file has ${bytes.length}`,
    );
  }
  const data = element.make(length);
  for (let i = 0; i < length; i++) data[i] = element.read(view, header + i * element.bytes);
  return { type: element.type, shape, data };
}

/**
 * Reads the bytes of an IDX file, plain or gzipped.
 *
 * @throws {FormatError} Where the gzip data is damaged, or the contents are not IDX.
 *
 * @example
 * ```ts
 * import { decodeIdx, encodeIdx } from "@katachi/katachi/data";
 *
 * const plain = encodeIdx({ shape: [2], data: new Uint8Array([1, 2]) });
 * const zipped = new Response(
 *   new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip")),
 * );
 * (await decodeIdx(await zipped.bytes())).shape; // [2]
 * ```
 */
export async function decodeIdx(bytes: Uint8Array<ArrayBuffer>): Promise<IdxArray> {
  return parseIdx(bytes[0] === 0x1f && bytes[1] === 0x8b ? await gunzip(bytes) : bytes);
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return await new Response(stream).bytes();
  } catch (cause) {
    throw new FormatError(
      `IDX: the gzip data is damaged or cut off: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

/**
 * Reads an IDX file, plain or gzipped. Needs the permission to read it (`--allow-read`).
 *
 * @throws {FormatError} Where the file is not IDX; the message names it.
 *
 * @example
 * ```ts
 * import { encodeIdx, readIdx } from "@katachi/katachi/data";
 *
 * const path = await Deno.makeTempFile({ suffix: "-idx1-ubyte" });
 * await Deno.writeFile(path, encodeIdx({ shape: [3], data: new Uint8Array([7, 2, 1]) }));
 * (await readIdx(path)).shape; // [3]
 * await Deno.remove(path);
 * ```
 */
export async function readIdx(path: string | URL): Promise<IdxArray> {
  const bytes = await Deno.readFile(path);
  try {
    return await decodeIdx(bytes);
  } catch (error) {
    if (error instanceof FormatError) {
      throw new FormatError(`${path}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * The bytes of an IDX file. The element type is that of the typed array.
 *
 * @throws {FormatError} Where the data has another number of elements than the shape, or is a typed
 * array that IDX has no element type for; where a dim is not a whole number below 2^32, or there are
 * more than 255.
 *
 * @example
 * ```ts
 * import { encodeIdx, parseIdx } from "@katachi/katachi/data";
 *
 * const bytes = encodeIdx({ shape: [2, 1], data: new Float32Array([0.5, 2]) });
 * parseIdx(bytes).data; // Float32Array [0.5, 2]
 * ```
 */
export function encodeIdx(
  { shape, data }: Pick<IdxArray, "shape" | "data">,
): Uint8Array<ArrayBuffer> {
  const element = elementTypes.find(({ make }) => make(0).constructor === data.constructor);
  if (element === undefined) {
    throw new FormatError(
      `IDX: no element type for ${data.constructor.name}; there are ${
        elementTypes.map(({ type, make }) => `${make(0).constructor.name} (${type})`).join(", ")
      }`,
    );
  }
  if (shape.length > 255 || !shape.every((dim) => dim >>> 0 === dim)) {
    throw new FormatError(
      `IDX: the shape is up to 255 whole numbers below 2^32, got ${shape.length}: [${
        shape.join(", ")
      }]`,
    );
  }
  const length = elementCount(shape);
  if (length !== data.length) {
    throw new FormatError(
      `IDX: [${shape.join(", ")}] takes ${length} elements, the data has ${data.length}`,
    );
  }
  const header = 4 + 4 * shape.length;
  const view = new DataView(new ArrayBuffer(header + length * element.bytes));
  view.setUint8(2, element.code);
  view.setUint8(3, shape.length);
  shape.forEach((dim, axis) => view.setUint32(4 + 4 * axis, dim));
  data.forEach((value, i) => element.write(view, header + i * element.bytes, value));
  return new Uint8Array(view.buffer);
}

/** Zero with any zero dim, even where the others alone pass what a number can hold. */
function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1);
}

function hex(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(" ");
}
