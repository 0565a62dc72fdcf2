/** MNIST: two IDX files become digits, from a folder too, plain or gzipped. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import type { Tensor } from "@katachi/katachi";
import {
  encodeIdx,
  FormatError,
  type IdxArray,
  mnistDigits,
  readMnist,
  readMnistPart,
} from "@katachi/katachi/data";
import { gzip } from "./mutations.ts";

const images = (rows: number): IdxArray => ({
  type: "ubyte",
  shape: [rows, 28, 28],
  data: Uint8Array.from({ length: rows * 784 }, (_, i) => i % 256),
});
const labels = (...digits: number[]): IdxArray => ({
  type: "ubyte",
  shape: [digits.length],
  data: Uint8Array.from(digits),
});

Deno.test("digits are grey levels from 0 to 1, square or flattened", () => {
  const square = mnistDigits(images(2), labels(3, 9));
  assertType<IsExact<typeof square.x, Tensor<[number, 28, 28], "float32">>>(true);
  const flat = mnistDigits(images(2), labels(3, 9), { flatten: true });
  assertType<IsExact<typeof flat.x, Tensor<[number, 784], "float32">>>(true);
  assertEquals([...square.x.shape], [2, 28, 28]);
  assertEquals([...flat.x.shape], [2, 784]);
  assertEquals(flat.x.data, Float32Array.from(images(2).data, (pixel) => pixel / 255));
  assertEquals(square.x.data, flat.x.data);
  assertEquals(flat.y.toArray(), [3, 9]);
});

Deno.test("arrays that are not MNIST's are refused", () => {
  const refused = (images: IdxArray, labels: IdxArray, message: string) =>
    assertThrows(() => mnistDigits(images, labels), FormatError, message);
  refused(labels(1), labels(1), "MNIST: images are ubyte [N, 28, 28], found ubyte [1]");
  refused(
    { type: "float", shape: [0, 28, 28], data: new Float32Array() },
    labels(),
    "found float [0, 28, 28]",
  );
  refused(
    images(2),
    labels(1, 2, 3),
    "MNIST: the labels of 2 images are ubyte [2], found ubyte [3]",
  );
  refused(images(2), labels(1, 10), "a label is a digit from 0 to 9, found 10 at row 1");
});

Deno.test("a folder: either part, plain or gzipped, and what is missing", async () => {
  const folder = await Deno.makeTempDir();
  const write = (name: string, bytes: Uint8Array) => Deno.writeFile(`${folder}/${name}`, bytes);
  try {
    await write("t10k-images-idx3-ubyte.gz", await gzip(encodeIdx(images(2))));
    await write("t10k-labels-idx1-ubyte", encodeIdx(labels(3, 9)));
    const test = await readMnistPart(folder, "test", { flatten: true });
    assertType<IsExact<typeof test.x, Tensor<[number, 784], "float32">>>(true);
    assertEquals(test.x.data, mnistDigits(images(2), labels(3, 9)).x.data);

    const missing = await assertRejects(
      () => readMnist(folder),
      Error,
      `no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in ${folder}`,
    );
    assertEquals(Reflect.get(missing, "code"), "ENOENT");
    await write("train-images-idx3-ubyte", encodeIdx(images(3)));
    await write("train-labels-idx1-ubyte", encodeIdx(labels(1, 0, 2)));
    const both = await readMnist(new URL(`file://${folder}/`));
    assertEquals([[...both.train.x.shape], both.test.y.toArray()], [[3, 28, 28], [3, 9]]);

    await write("t10k-labels-idx1-ubyte", encodeIdx(labels(3, 9, 9)));
    await assertRejects(() => readMnist(folder), FormatError, `${folder}: MNIST: the labels of 2`);
    await write("t10k-labels-idx1-ubyte", new Uint8Array([1]));
    await assertRejects(
      () => readMnist(folder),
      FormatError,
      `${folder}/t10k-labels-idx1-ubyte: IDX: a file starts with two zero bytes`,
    );
    await assertRejects(
      () => readMnist(folder, { maxBytes: 100 }),
      FormatError,
      "train-images-idx3-ubyte: the file has more than maxBytes (100) bytes",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
