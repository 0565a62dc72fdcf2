/**
 * IDX, the format of the MNIST files: a header that tells element type and dims, then the elements,
 * all big-endian. (Described on Y. LeCun's page of the MNIST database.)
 *
 * @module
 */
import { FormatError } from "./format_error.ts";
import { gunzip, isGzip } from "./gunzip.ts";
import { byteLimit, inFile, readBytes, type ReadOptions } from "./read_bytes.ts";

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

/** What the first bytes of a file say of the rest. */
interface Header {
  readonly element: ElementType;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly start: number;
  /** How many bytes the whole file has. */
  readonly bytes: number;
}

/** `undefined` where there are too few bytes to tell. */
function parseHeader(bytes: Uint8Array): Header | undefined {
  if ([0, 1].some((at) => at < bytes.length && bytes[at] !== 0)) {
    throw new FormatError(
      `IDX: a file starts with two zero bytes, an element type and a rank; found ${
        hex(bytes.subarray(0, 4))
      } at byte 0`,
    );
  }
  if (bytes.length < 4) return undefined;
  const [, , code, rank] = bytes;
  const element = elementTypes.find((element) => element.code === code);
  if (element === undefined) {
    throw new FormatError(
      `IDX: unknown element type ${hex([code])} at byte 2; there are ${
        elementTypes.map(({ type, code }) => `${hex([code])} (${type})`).join(", ")
      }`,
    );
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { element, shape, start, bytes: start + elementCount(shape) * element.bytes };
}

/**
 * Reads the bytes of an IDX file. The elements take as much memory as the file.
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
  const header = parseHeader(bytes);
  if (header === undefined) {
    throw new FormatError(
      bytes.length < 4
        ? `IDX: a file starts with two zero bytes, an element type and a rank; found ${
          hex(bytes) || "nothing"
        }`
        : `IDX: the header of rank ${bytes[3]} has ${
          4 + 4 * bytes[3]
        } bytes, the file ${bytes.length}`,
    );
  }
  const { element, shape, start, bytes: expected } = header;
  if (bytes.length !== expected) {
    throw new FormatError(
      `IDX: [${shape.join(", ")}] takes ${expected} bytes, the file has ${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = element.make((expected - start) / element.bytes);
  for (let i = 0; i < data.length; i++) data[i] = element.read(view, start + i * element.bytes);
  return { type: element.type, shape, data };
}

/**
 * Reads the bytes of an IDX file, plain or gzipped. Gzipped data is inflated only as far as the
 * header inside says, and only where `maxBytes` and the number of gzipped bytes allow so many: the
 * memory is bounded by 1032 times the input, the most that gzip can hold, and by `maxBytes`, each
 * twice over for the elements, and 16 MiB.
 *
 * @throws {FormatError} Where the gzip data is damaged, or the contents are not IDX or too many.
 * @throws {RangeError} Where `maxBytes` is not a number from 0 on.
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
export async function decodeIdx(
  bytes: Uint8Array<ArrayBuffer>,
  options?: ReadOptions,
): Promise<IdxArray> {
  const limit = byteLimit("decodeIdx", options);
  if (!isGzip(bytes)) return parseIdx(bytes);
  try {
    return parseIdx(await gunzip(bytes, limit, (head) => parseHeader(head)?.bytes));
  } catch (error) {
    if (!(error instanceof FormatError) || error.message.startsWith("IDX: ")) throw error;
    throw new FormatError(`IDX: ${error.message}`, { cause: error.cause });
  }
}

/**
 * Reads an IDX file, plain or gzipped. Needs the permission to read it (`--allow-read`).
 *
 * @throws {FormatError} Where the file is not IDX or has more than `maxBytes`; the message names it.
 * @throws {RangeError} Where `maxBytes` is not a number from 0 on.
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
export async function readIdx(path: string | URL, options?: ReadOptions): Promise<IdxArray> {
  const limit = byteLimit("readIdx", options);
  return await inFile(path, async () => decodeIdx(await readBytes(path, limit), options));
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
