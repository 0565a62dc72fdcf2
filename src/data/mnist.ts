import type { Tensor } from "../../mod.ts";
import { wrap } from "../tensor/storage.ts";
import { FormatError } from "./format_error.ts";
import { readFrom } from "./folder.ts";
import { decodeIdx, type IdxArray } from "./idx.ts";
import { byteLimit, inFile, type ReadOptions } from "./read_bytes.ts";

/** Digits as data to learn from: `N` pictures of 28 by 28 grey levels, and which digit each is. */
export interface Digits<N extends number = number, F extends boolean = false> {
  /** Grey levels from 0, the paper, to 1, the ink; as rows of 784 pixels where flattened. */
  readonly x: F extends true ? Tensor<[N, 784]> : Tensor<[N, 28, 28]>;
  /** The digits, from 0 to 9. */
  readonly y: Tensor<[N], "int32">;
}

/** How digits are laid out. */
export interface DigitsOptions<F extends boolean = boolean> {
  /** Whether a picture is a row of 784 pixels rather than 28 by 28; not unless told. */
  readonly flatten?: F;
}

/** Digits of the right layout. */
export function digits<N extends number, F extends boolean>(
  pixels: Float32Array<ArrayBuffer>,
  labels: Int32Array<ArrayBuffer>,
  { flatten = false as F }: DigitsOptions<F>,
): Digits<N, F> {
  const rows = labels.length;
  const x = wrap(flatten ? [rows, 784] : [rows, 28, 28], "float32", pixels);
  return { x, y: wrap([rows], "int32", labels) } as unknown as Digits<N, F>;
}

/**
 * The digits in two IDX arrays, pictures and labels, as the files of MNIST hold them: what
 * {@linkcode readMnist} makes of a folder, for bytes that come from elsewhere.
 *
 * @throws {FormatError} Where the arrays are not bytes of the shapes `[N, 28, 28]` and `[N]`, or a
 * label is not a digit.
 *
 * @example
 * ```ts
 * import { mnistDigits } from "@katachi/katachi/data";
 *
 * const { x, y } = mnistDigits(
 *   { type: "ubyte", shape: [2, 28, 28], data: new Uint8Array(2 * 28 * 28).fill(255) },
 *   { type: "ubyte", shape: [2], data: new Uint8Array([7, 2]) },
 *   { flatten: true },
 * );
 * x.shape; // [2, 784]
 * x.mean().item(); // 1
 * y.toArray(); // [7, 2]
 * ```
 */
export function mnistDigits<const F extends boolean = false>(
  images: IdxArray,
  labels: IdxArray,
  options: DigitsOptions<F> = {},
): Digits<number, F> {
  const [rows, ...size] = images.shape;
  if (images.type !== "ubyte" || size.length !== 2 || size.some((side) => side !== 28)) {
    throw new FormatError(`MNIST: images are ubyte [N, 28, 28], found ${described(images)}`);
  }
  if (labels.type !== "ubyte" || labels.shape.length !== 1 || labels.shape[0] !== rows) {
    throw new FormatError(
      `MNIST: the labels of ${rows} images are ubyte [${rows}], found ${described(labels)}`,
    );
  }
  const odd = labels.data.findIndex((label) => label > 9);
  if (odd >= 0) {
    throw new FormatError(
      `MNIST: a label is a digit from 0 to 9, found ${labels.data[odd]} at row ${odd}`,
    );
  }
  const pixels = new Float32Array(images.data.length);
  images.data.forEach((pixel, i) => pixels[i] = pixel / 255);
  return digits<number, F>(pixels, Int32Array.from(labels.data), options);
}

function described({ type, shape }: IdxArray): string {
  return `${type} [${shape.join(", ")}]`;
}

/**
 * Reads one part of MNIST from a folder, `"train"` or `"test"`: the files
 * `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or those that begin with `t10k`, each
 * plain or gzipped (`.gz`). Fashion-MNIST and KMNIST come in files of the same names. Needs the
 * permission to read the folder (`--allow-read`).
 *
 * @throws {FormatError} Where a file is not what it should be; the message names it or
 * the folder.
 * @throws {Error} Where a file is not there, with the code `"ENOENT"`.
 *
 * @example
 * ```ts
 * import { encodeIdx, readMnistPart } from "@katachi/katachi/data";
 *
 * const dir = await Deno.makeTempDir();
 * const [images, labels] = [new Uint8Array(784), new Uint8Array([7])];
 * const file = (name: string) => `${dir}/t10k-${name}-ubyte`;
 * await Deno.writeFile(file("images-idx3"), encodeIdx({ shape: [1, 28, 28], data: images }));
 * await Deno.writeFile(file("labels-idx1"), encodeIdx({ shape: [1], data: labels }));
 * const { x, y } = await readMnistPart(dir, "test");
 * x.shape; // [1, 28, 28]
 * y.toArray(); // [7]
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function readMnistPart<const F extends boolean = false>(
  folder: string | URL,
  part: "train" | "test",
  options: DigitsOptions<F> & ReadOptions = {},
): Promise<Digits<number, F>> {
  const limit = byteLimit("readMnistPart", options);
  const read = (kind: string) => {
    const name = `${part === "test" ? "t10k" : "train"}-${kind}-ubyte`;
    return readFrom(folder, [name, `${name}.gz`], limit, (bytes) => decodeIdx(bytes, options));
  };
  const images = await read("images-idx3");
  const labels = await read("labels-idx1");
  return await inFile(folder, () => mnistDigits(images, labels, options));
}

/**
 * Reads MNIST from a folder, both parts: see {@linkcode readMnistPart} for the files, and for a
 * folder that has one part only. 70,000 digits take 220 MB.
 *
 * @throws {FormatError} Where a file is not what it should be; the message names it or
 * the folder.
 * @throws {Error} Where a file is not there, with the code `"ENOENT"`.
 *
 * @example
 * ```ts ignore
 * import { readMnist } from "@katachi/katachi/data";
 *
 * const { train, test } = await readMnist("mnist");
 * train.x; // Tensor<[number, 28, 28]>, 60,000 rows
 * ```
 */
export async function readMnist<const F extends boolean = false>(
  folder: string | URL,
  options: DigitsOptions<F> & ReadOptions = {},
): Promise<{ train: Digits<number, F>; test: Digits<number, F> }> {
  return {
    train: await readMnistPart(folder, "train", options),
    test: await readMnistPart(folder, "test", options),
  };
}
