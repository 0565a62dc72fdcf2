/**
 * The laws of IDX: what is written is read again, bit for bit, plain or gzipped; and a file that is not
 * just what its header says is refused.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeIdx,
  encodeIdx,
  FormatError,
  type IdxData,
  type IdxType,
  parseIdx,
  readIdx,
} from "@katachi/katachi/data";
import { gzip, mutationsOf } from "./mutations.ts";

interface Sample {
  readonly type: IdxType;
  readonly shape: number[];
  readonly data: IdxData;
}

const shapes = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });

/** Arrays of one type over all shapes, scalars and empty ones among them. */
function samplesOf(
  type: IdxType,
  data: (length: { minLength: number; maxLength: number }) => fc.Arbitrary<unknown>,
): fc.Arbitrary<Sample> {
  return shapes.chain((shape) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return data({ minLength: length, maxLength: length })
      .map((data) => ({ type, shape, data: data as IdxData }));
  });
}

const samples = fc.oneof(
  samplesOf("ubyte", fc.uint8Array),
  samplesOf("byte", fc.int8Array),
  samplesOf("short", fc.int16Array),
  samplesOf("int", fc.int32Array),
  samplesOf("float", fc.float32Array),
  samplesOf("double", fc.float64Array),
);

/** Tells -0 from 0. */
const bits = ({ data }: { data: IdxData }) => new Uint8Array(data.buffer);

Deno.test("parseIdx reads what encodeIdx writes", () => {
  fc.assert(fc.property(samples, (sample) => {
    const parsed = parseIdx(encodeIdx(sample));
    assertEquals(parsed, sample);
    assertEquals(bits(parsed), bits(sample));
  }));
});

Deno.test("parseIdx reads a part of a larger buffer", () => {
  fc.assert(fc.property(samples, fc.nat({ max: 9 }), (sample, offset) => {
    const bytes = encodeIdx(sample);
    const larger = new Uint8Array(offset + bytes.length + 3).fill(0xff);
    larger.set(bytes, offset);
    assertEquals(parseIdx(larger.subarray(offset, offset + bytes.length)), sample);
  }));
});

Deno.test("decodeIdx reads plain and gzipped bytes alike", async () => {
  await fc.assert(fc.asyncProperty(samples, async (sample) => {
    const bytes = encodeIdx(sample);
    assertEquals(await decodeIdx(bytes), sample);
    assertEquals(await decodeIdx(await gzip(bytes)), sample);
  }));
});

Deno.test("the layout is big-endian", () => {
  assertEquals(
    [...encodeIdx({ shape: [1, 2], data: new Int16Array([1, -2]) })],
    [0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0xff, 0xfe],
  );
  assertEquals(
    [...encodeIdx({ shape: [], data: new Float32Array([1]) })],
    [0, 0, 0x0d, 0, 0x3f, 0x80, 0, 0],
  );
});

Deno.test("every truncation is refused, and every byte too many", () => {
  fc.assert(fc.property(samples, fc.uint8Array({ minLength: 1, maxLength: 9 }), (sample, more) => {
    const bytes = encodeIdx(sample);
    for (let length = 0; length < bytes.length; length++) {
      assertThrows(() => parseIdx(bytes.subarray(0, length)), FormatError, "IDX: ");
    }
    assertThrows(
      () => parseIdx(new Uint8Array([...bytes, ...more])),
      FormatError,
      `takes ${bytes.length} bytes, the file has ${bytes.length + more.length}`,
    );
  }));
});

Deno.test("gzip: every truncation, a flipped bit and a byte too many are refused", async () => {
  const bytes = await gzip(encodeIdx({ shape: [2, 3], data: new Int32Array([1, 2, 3, 4, 5, 6]) }));
  for (let length = 0; length < bytes.length; length++) {
    await assertRejects(() => decodeIdx(bytes.slice(0, length)), FormatError, "IDX: ");
  }
  // The header's flags and time, bytes 3 to 9, say nothing of the contents.
  for (let i = 10; i < bytes.length; i++) {
    const flipped = bytes.with(i, bytes[i] ^ 1);
    await assertRejects(() => decodeIdx(flipped), FormatError, "IDX: ");
  }
  await assertRejects(() => decodeIdx(new Uint8Array([...bytes, 0])), FormatError, "gzip");
  const longer = await gzip(new Uint8Array([0, 0, 8, 0, 1, 2]));
  await assertRejects(
    () => decodeIdx(longer),
    FormatError,
    "goes on after the 5 bytes that the header",
  );
});

Deno.test("what is no IDX file is named", () => {
  const refused = (bytes: number[], message: string) => {
    assertThrows(() => parseIdx(new Uint8Array(bytes)), FormatError, message);
  };
  refused([], "found nothing");
  refused([0x50, 0x4b, 3, 4, 5], "found 0x50 0x4b 0x03 0x04");
  refused([0, 1, 8, 0, 1], "found 0x00 0x01 0x08 0x00");
  refused(
    [0, 0, 0x0a, 0],
    "unknown element type 0x0a at byte 2; there are 0x08 (ubyte), 0x09 (byte), ",
  );
  refused([0, 0, 8, 2, 0, 0, 0, 1], "the header of rank 2 has 12 bytes, the file 8");
  const huge = [0, 0, 8, 255, ...Array(4 * 255).fill(0xff)];
  refused(huge, "the file has 1024");
});

Deno.test("a zero dim empties whatever the others say", () => {
  const shape = [...Array(254).fill(2 ** 32 - 1), 0];
  const empty: Sample = { type: "ubyte", shape, data: new Uint8Array() };
  assertEquals(parseIdx(encodeIdx(empty)), empty);
});

Deno.test("encodeIdx refuses what a file cannot hold", () => {
  const refused = (shape: number[], data: IdxData, message: string) => {
    assertThrows(() => encodeIdx({ shape, data }), FormatError, message);
  };
  refused([2, 2], new Uint8Array(3), "[2, 2] takes 4 elements, the data has 3");
  refused([1.5, 2], new Uint8Array(3), "whole numbers below 2^32, got 2: [1.5, 2]");
  refused([-1, 0], new Uint8Array(), "[-1, 0]");
  refused([2 ** 32, 0], new Uint8Array(), "[4294967296, 0]");
  refused(Array(256).fill(1), new Uint8Array(1), "got 256");
  refused(
    [1],
    new Uint32Array(1) as never,
    "no element type for Uint32Array; there are Uint8Array",
  );
});

Deno.test("mutated bytes are an array that fits in them, or a FormatError", () => {
  fc.assert(
    fc.property(samples.map(encodeIdx).chain(mutationsOf), (bytes) => {
      try {
        const { shape, data } = parseIdx(bytes);
        assertEquals(data.length, shape.reduce((a, b) => a * b, 1));
        assert(data.byteLength <= bytes.length);
      } catch (error) {
        assertInstanceOf(error, FormatError);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("mutated gzip data is an array that it can hold, or a FormatError", async () => {
  const zipped = await Promise.all(fc.sample(samples, 20).map((sample) => gzip(encodeIdx(sample))));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...zipped).chain(mutationsOf), async (bytes) => {
      try {
        const { data } = await decodeIdx(bytes);
        assert(data.byteLength <= 1032 * bytes.length);
      } catch (error) {
        assertInstanceOf(error, FormatError);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("gzip data that inflates to more than its header says is refused early", async () => {
  const head = [0, 0, 8, 1, 0, 0, 0, 3];
  const bomb = await gzip(new Uint8Array(2 ** 26).map((_, i) => head[i] ?? 0));
  assert(bomb.length < 2 ** 17);
  await assertRejects(
    () => decodeIdx(bomb),
    FormatError,
    "IDX: the gzip data goes on after the 11 bytes that the header inside it asks for",
  );
});

Deno.test("gzip data whose header asks for more than it can hold, or may, is refused", async () => {
  const most = [0, 0, 8, 255, ...Array(4 * 255).fill(0xff)];
  for (const rank of [1, 2, 3, 4, 16, 255]) {
    const zipped = await gzip(Uint8Array.from(most.with(3, rank)));
    await assertRejects(() => decodeIdx(zipped), FormatError, "more than maxBytes (1073741824)");
    await assertRejects(
      () => decodeIdx(zipped, { maxBytes: Infinity }),
      FormatError,
      `which ${zipped.length} bytes of gzip cannot hold (at most 1032 each)`,
    );
  }
  const four = await gzip(encodeIdx({ shape: [4], data: new Uint8Array(4) }));
  assertEquals((await decodeIdx(four, { maxBytes: 12 })).shape, [4]);
  await assertRejects(() => decodeIdx(four, { maxBytes: 11 }), FormatError, "asks for 12 bytes");
  await assertRejects(
    () => decodeIdx(four, { maxBytes: NaN }),
    RangeError,
    "decodeIdx: maxBytes must be a number from 0 on, got NaN",
  );
});

Deno.test("readIdx names the file that it refuses", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, encodeIdx({ shape: [2], data: new Int8Array([1, -1]) }));
    assertEquals(await readIdx(path), { type: "byte", shape: [2], data: new Int8Array([1, -1]) });
    await Deno.writeFile(path, new Uint8Array([1, 2, 3, 4]));
    await assertRejects(() => readIdx(path), FormatError, `${path}: IDX: `);
    await assertRejects(
      () => readIdx(path, { maxBytes: 3 }),
      FormatError,
      `${path}: the file has more than maxBytes (3) bytes`,
    );
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("the 10,000 test images and labels of MNIST, where they are", async () => {
  const folder = new URL("../../../shared/data/mnist/", import.meta.url);
  try {
    await Deno.stat(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: there is no ${folder.pathname}`);
    return;
  }
  const images = await readIdx(new URL("t10k-images-idx3-ubyte.gz", folder));
  assertEquals([images.type, images.shape], ["ubyte", [10000, 28, 28]]);
  const labels = await readIdx(new URL("t10k-labels-idx1-ubyte.gz", folder));
  assertEquals([labels.type, labels.shape], ["ubyte", [10000]]);
  assertEquals([...labels.data.subarray(0, 10)], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
});
