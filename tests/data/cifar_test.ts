/** The laws of CIFAR's records: what is written is read again, and nothing else is. */
import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { type Tensor, tensor, zeros } from "@katachi/katachi";
import {
  cifar10Classes,
  type CifarRecords,
  cifarRecords,
  colorImages,
  encodeCifar10,
  encodeCifar100,
  FormatError,
  parseCifar10,
  parseCifar100,
  readCifar10,
  readCifar100,
} from "@katachi/katachi/data";
import { mutationsOf } from "./mutations.ts";

/** Records of random pixels; the labels stay below the numbers of classes. */
const records = fc.tuple(fc.nat({ max: 4 }), fc.nat()).map(([rows, seed]) => {
  const bytes = (length: number, below: number, factor: number) =>
    Uint8Array.from({ length }, (_, i) => (seed + i * factor) % below);
  return {
    images: bytes(rows * 3072, 256, 101),
    coarse: bytes(rows, 20, 7),
    labels: bytes(rows, 100, 37),
  };
});
const tens = records.map(({ images, labels }) => ({ images, labels: labels.map((y) => y % 10) }));

Deno.test("records are read as they were written", () => {
  fc.assert(fc.property(tens, (sample) => {
    assertEquals(parseCifar10(encodeCifar10(sample)), sample);
  }));
  fc.assert(fc.property(records, (sample) => {
    assertEquals(parseCifar100(encodeCifar100(sample)), sample);
  }));
});

Deno.test("records go through tensors and come back", () => {
  fc.assert(fc.property(tens, (sample) => {
    const images = colorImages(sample);
    assertType<IsExact<typeof images.x, Tensor<[number, 3, 32, 32], "float32">>>(true);
    assertEquals([...images.x.shape], [sample.labels.length, 3, 32, 32]);
    assertEquals(cifarRecords(images), sample);
  }));
});

Deno.test("the layout: labels, then red, green and blue, row by row", () => {
  const bytes = new Uint8Array(3074);
  bytes.set([4, 73, 255], 0); //    the first pixel's red
  bytes[2 + 1024 + 32 + 5] = 51; // row 1, column 5, green
  const parsed = parseCifar100(bytes);
  assertEquals([...parsed.coarse, ...parsed.labels], [4, 73]);
  const { x } = colorImages(parsed);
  assertEquals(x.slice([0, 0, 0, 0]).item(), 1);
  assertEquals(x.slice([0, 1, 1, 5]).item(), Math.fround(0.2));
  assertEquals(x.sum().item(), Math.fround(1.2));
  assertEquals(cifar10Classes.length, 10);
});

Deno.test("mutated bytes are records that fit in them, or a FormatError", () => {
  const check = (parse: (bytes: Uint8Array) => CifarRecords) => (bytes: Uint8Array) => {
    try {
      const { images, labels, coarse = [] } = parse(bytes);
      assertEquals(images.length + labels.length + coarse.length, bytes.length);
    } catch (error) {
      assertInstanceOf(error, FormatError);
    }
  };
  fc.assert(
    fc.property(tens.map(encodeCifar10).chain(mutationsOf), check(parseCifar10)),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(records.map(encodeCifar100).chain(mutationsOf), check(parseCifar100)),
    { numRuns: 300 },
  );
});

Deno.test("errors say what was found, and where", () => {
  const refused = (f: () => unknown, message: string) => assertThrows(f, FormatError, message);
  refused(
    () => parseCifar10(new Uint8Array(3075)),
    "CIFAR-10: a file is whole records of 3073 bytes; found 1 and 2 bytes more from byte 3073 on",
  );
  refused(
    () => parseCifar10(new Uint8Array(2 * 3073).fill(10, 3073)),
    "CIFAR-10: a label is from 0 to 9, found 10 at byte 3073 (record 1)",
  );
  refused(
    () => parseCifar100(new Uint8Array(3074).fill(20)),
    "CIFAR-100: a coarse label is from 0 to 19, found 20 at byte 0 (record 0)",
  );
  const images = new Uint8Array(3072);
  refused(
    () => encodeCifar10({ images, labels: new Uint8Array([10]) }),
    "CIFAR-10: labels are below 10, got 10 at row 0",
  );
  refused(
    () => encodeCifar10({ images, labels: new Uint8Array(2) }),
    "CIFAR-10: 2 labels go with 6144 bytes of images, got 3072",
  );
  refused(
    () =>
      encodeCifar100({ images, labels: new Uint8Array(1) } as unknown as Required<CifarRecords>),
    "CIFAR-100: 1 records need 1 coarse, got none",
  );
  refused(() => colorImages({ images, labels: new Uint8Array(0) }), "0 labels go with 0 bytes");
  refused(
    () => cifarRecords({ x: zeros([1, 3, 32, 32]).add(1.5), y: zeros([1], "int32") }),
    "cifarRecords: pixels are from 0 to 1, got 1.5 at element 0",
  );
  refused(
    () => cifarRecords({ x: zeros([1, 3, 32, 32]), y: tensor([-1], "int32") }),
    "cifarRecords: labels are from 0 to 255, got -1 at element 0",
  );
});

Deno.test("folders: the parts in order, coarse or fine, and what is missing", async () => {
  const folder = await Deno.makeTempDir();
  const write = (name: string, bytes: Uint8Array) => Deno.writeFile(`${folder}/${name}`, bytes);
  try {
    for (const batch of [1, 2, 3, 4, 5]) {
      await write(`data_batch_${batch}.bin`, new Uint8Array(3073).fill(batch));
    }
    const missing = await assertRejects(() => readCifar10(folder), Error, "no test_batch.bin in ");
    assertEquals(Reflect.get(missing, "code"), "ENOENT");
    await write("test_batch.bin", new Uint8Array(2 * 3073).fill(9));
    const ten = await readCifar10(new URL(`file://${folder}`));
    assertEquals(ten.train.y.toArray(), [1, 2, 3, 4, 5]);
    assertEquals(ten.train.x.slice([3, 2, 31, 31]).item(), Math.fround(4 / 255));
    assertEquals([...ten.test.x.shape], [2, 3, 32, 32]);
    await write("data_batch_4.bin", new Uint8Array(3073).fill(77));
    await assertRejects(
      () => readCifar10(folder),
      FormatError,
      `${folder}/data_batch_4.bin: CIFAR-10: a label is from 0 to 9, found 77 at byte 0`,
    );
    await assertRejects(
      () => readCifar10(folder, { maxBytes: 3072 }),
      FormatError,
      `${folder}/data_batch_1.bin: the file has more than maxBytes (3072) bytes`,
    );

    const labelled = new Uint8Array(3074);
    labelled.set([19, 98]);
    await write("train.bin", labelled);
    await write("test.bin", labelled);
    assertEquals((await readCifar100(folder)).train.y.toArray(), [98]);
    assertEquals((await readCifar100(folder, { labels: "coarse" })).test.y.toArray(), [19]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
