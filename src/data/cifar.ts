/**
 * CIFAR-10 and CIFAR-100 in their binary form: records of a label, or two, and 3072 pixels, the red
 * ones, the green and the blue, each row by row. (https://www.cs.toronto.edu/~kriz/cifar.html)
 *
 * @module
 */
import { type CifarRecords, type ColorImages, colorImages, pixels } from "./color_images.ts";
import { readFrom } from "./folder.ts";
import { FormatError } from "./format_error.ts";
import { byteLimit, join, type ReadOptions } from "./read_bytes.ts";

interface Layout {
  readonly name: string;
  /** For each byte before the pixels, what it is and how many there are of it. */
  readonly labels: readonly (readonly [name: "coarse" | "labels", classes: number])[];
}

const cifar10: Layout = { name: "CIFAR-10", labels: [["labels", 10]] };
const cifar100: Layout = { name: "CIFAR-100", labels: [["coarse", 20], ["labels", 100]] };

/** The names of the classes of CIFAR-10, by label. */
export const cifar10Classes: readonly string[] = Object.freeze(
  "airplane automobile bird cat deer dog frog horse ship truck".split(" "),
);

function parse({ name, labels }: Layout, bytes: Uint8Array): CifarRecords {
  const size = labels.length + pixels;
  const rows = Math.floor(bytes.length / size);
  if (rows * size !== bytes.length) {
    throw new FormatError(
      `${name}: a file is whole records of ${size} bytes; found ${rows} and ` +
        `${bytes.length - rows * size} bytes more from byte ${rows * size} on`,
    );
  }
  const images = new Uint8Array(rows * pixels);
  const found = labels.map(([kind, classes], at) => {
    const values = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const value = bytes[row * size + at];
      if (value >= classes) {
        throw new FormatError(
          `${name}: ${kind === "coarse" ? "a coarse label" : "a label"} is from 0 to ` +
            `${classes - 1}, found ${value} at byte ${row * size + at} (record ${row})`,
        );
      }
      values[row] = value;
    }
    return [kind, values] as const;
  });
  for (let row = 0; row < rows; row++) {
    const start = row * size + labels.length;
    images.set(bytes.subarray(start, start + pixels), row * pixels);
  }
  return { images, ...Object.fromEntries(found) as { labels: Uint8Array<ArrayBuffer> } };
}

function encode({ name, labels }: Layout, records: CifarRecords): Uint8Array<ArrayBuffer> {
  const rows = records.labels.length;
  if (records.images.length !== rows * pixels) {
    throw new FormatError(
      `${name}: ${rows} labels go with ${rows * pixels} bytes of images, ` +
        `got ${records.images.length}`,
    );
  }
  const size = labels.length + pixels;
  const bytes = new Uint8Array(rows * size);
  labels.forEach(([kind, classes], at) => {
    const values = records[kind];
    if (values?.length !== rows) {
      throw new FormatError(
        `${name}: ${rows} records need ${rows} ${kind}, got ${values?.length ?? "none"}`,
      );
    }
    values.forEach((value, row) => {
      if (value >= classes) {
        throw new FormatError(`${name}: ${kind} are below ${classes}, got ${value} at row ${row}`);
      }
      bytes[row * size + at] = value;
    });
  });
  for (let row = 0; row < rows; row++) {
    const image = records.images.subarray(row * pixels, (row + 1) * pixels);
    bytes.set(image, row * size + labels.length);
  }
  return bytes;
}

/**
 * Reads the bytes of a file of CIFAR-10. The records take as much memory as the file.
 *
 * @throws {FormatError} Where these are not whole records, or a label is not from 0 to 9.
 *
 * @example
 * ```ts
 * import { colorImages, parseCifar10 } from "@katachi/katachi/data";
 *
 * const records = parseCifar10(new Uint8Array(2 * 3073).fill(3));
 * records.images.length; // 6144
 * colorImages(records).x.shape; // [2, 3, 32, 32]
 * ```
 */
export function parseCifar10(bytes: Uint8Array): CifarRecords {
  return parse(cifar10, bytes);
}

/**
 * Reads the bytes of a file of CIFAR-100. The records take as much memory as the file.
 *
 * @throws {FormatError} Where these are not whole records, a coarse label is not from 0 to 19, or a
 * label is not from 0 to 99.
 *
 * @example
 * ```ts
 * import { parseCifar100 } from "@katachi/katachi/data";
 *
 * const { coarse, labels } = parseCifar100(new Uint8Array(3074).fill(19));
 * coarse; // Uint8Array [19]
 * labels; // Uint8Array [19]
 * ```
 */
export function parseCifar100(bytes: Uint8Array): Required<CifarRecords> {
  return parse(cifar100, bytes) as Required<CifarRecords>;
}

/**
 * The bytes of a file of CIFAR-10.
 *
 * @throws {FormatError} Where images and labels are not as many, or a label is not from 0 to 9.
 *
 * @example
 * ```ts
 * import { encodeCifar10, parseCifar10 } from "@katachi/katachi/data";
 *
 * const records = { images: new Uint8Array(3072).fill(200), labels: new Uint8Array([9]) };
 * parseCifar10(encodeCifar10(records)).labels; // Uint8Array [9]
 * ```
 */
export function encodeCifar10(records: CifarRecords): Uint8Array<ArrayBuffer> {
  return encode(cifar10, records);
}

/**
 * The bytes of a file of CIFAR-100.
 *
 * @throws {FormatError} Where images and labels are not as many, or a label is out of range.
 *
 * @example
 * ```ts
 * import { encodeCifar100 } from "@katachi/katachi/data";
 *
 * const [images, coarse, labels] = [3072, 1, 1].map((length) => new Uint8Array(length));
 * encodeCifar100({ images, coarse, labels }).length; // 3074
 * ```
 */
export function encodeCifar100(records: Required<CifarRecords>): Uint8Array<ArrayBuffer> {
  return encode(cifar100, records);
}

/**
 * Reads CIFAR-10 from a folder: the files `data_batch_1.bin` to `data_batch_5.bin` to train on, and
 * `test_batch.bin`. The tensors take 740 MB; {@linkcode parseCifar10} reads a file alone, and as
 * bytes. Needs the permission to read the folder (`--allow-read`).
 *
 * @throws {FormatError} Where a file is not CIFAR-10 or has more than `maxBytes`; the message names
 * it.
 * @throws {Error} Where a file is not there, with the code `"ENOENT"`.
 *
 * @example
 * ```ts ignore
 * import { readCifar10 } from "@katachi/katachi/data";
 *
 * const { train, test } = await readCifar10("cifar-10-batches-bin");
 * train.x; // Tensor<[number, 3, 32, 32]>, 50,000 rows
 * ```
 */
export async function readCifar10(
  folder: string | URL,
  options?: ReadOptions,
): Promise<{ train: ColorImages; test: ColorImages }> {
  const limit = byteLimit("readCifar10", options);
  const read = (name: string) => readFrom(folder, [`${name}.bin`], limit, parseCifar10);
  const parts: CifarRecords[] = [];
  for (const batch of [1, 2, 3, 4, 5]) parts.push(await read(`data_batch_${batch}`));
  const labels = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  return {
    train: colorImages({
      images: join(parts.map(({ images }) => images), labels * pixels),
      labels: join(parts.map(({ labels }) => labels), labels),
    }),
    test: colorImages(await read("test_batch")),
  };
}

/**
 * Reads CIFAR-100 from a folder: the files `train.bin` and `test.bin`, with the 100 fine labels or
 * the 20 `"coarse"` ones. The tensors take 740 MB; {@linkcode parseCifar100} reads a file alone,
 * and as bytes. Needs the permission to read the folder (`--allow-read`).
 *
 * @throws {FormatError} Where a file is not CIFAR-100 or has more than `maxBytes`; the message names
 * it.
 * @throws {Error} Where a file is not there, with the code `"ENOENT"`.
 *
 * @example
 * ```ts ignore
 * import { readCifar100 } from "@katachi/katachi/data";
 *
 * const { train } = await readCifar100("cifar-100-binary", { labels: "coarse" });
 * train.y; // Tensor<[number], "int32">, from 0 to 19
 * ```
 */
export async function readCifar100(
  folder: string | URL,
  { labels = "fine", ...options }: { readonly labels?: "fine" | "coarse" } & ReadOptions = {},
): Promise<{ train: ColorImages; test: ColorImages }> {
  const limit = byteLimit("readCifar100", options);
  const read = async (name: string) => {
    const records = await readFrom(folder, [`${name}.bin`], limit, parseCifar100);
    return colorImages(labels === "coarse" ? { ...records, labels: records.coarse } : records);
  };
  return { train: await read("train"), test: await read("test") };
}
