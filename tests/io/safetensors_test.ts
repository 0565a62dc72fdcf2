/**
 * The laws of safetensors: what is written is read again, bit for bit; bytes are those of Hugging
 * Face's library; and a file that is not just what the format asks for is refused, whatever it holds.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ones, type Tensor, tensor, treeLeaves, zeros } from "@katachi/katachi";
import {
  encodeSafetensors,
  FormatError,
  loadInto,
  parseSafetensors,
  type Safetensors,
} from "@katachi/katachi/io";
import { figures } from "../fixtures/figures.ts";
import { assertSameBits, bitsOf, trees } from "./trees.ts";

interface Stored {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: string;
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly metadata: Record<string, string>;
  readonly tensors: Record<string, Stored>;
}

const oracle = await figures<{
  written: readonly Case[];
  widened: readonly Case[];
  halves: Record<"F16" | "BF16", string>;
  verdicts: readonly { readonly file: string; readonly accepted: boolean }[];
}>("safetensors");

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

/** A file of a header as it is written here, and data. */
function fileOf(header: string, data: ArrayLike<number> = []): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

function assertTensors({ tensors }: Safetensors, expected: Case["tensors"], what: string): void {
  assertEquals(Object.keys(tensors).sort(), Object.keys(expected).sort(), what);
  for (const [name, { dtype, shape, data }] of Object.entries(expected)) {
    assertEquals(bitsOf(tensors[name]), { shape, dtype, bytes: bytesOf(data) }, `${what}: ${name}`);
  }
}

Deno.test("a tree is read as it was written, bit for bit", () => {
  const metadata = fc.dictionary(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "grapheme" }),
  );
  fc.assert(fc.property(trees, metadata, (tree, metadata) => {
    const parsed = parseSafetensors(encodeSafetensors(tree, metadata));
    assertSameBits(loadInto(tree, parsed.tensors), tree);
    assertEquals(parsed.metadata, { ...metadata });
    assertEquals(Object.keys(parsed.tensors).length, treeLeaves(tree).length);
  }));
});

Deno.test("a part of a larger buffer is read, at any alignment", () => {
  fc.assert(fc.property(trees, fc.nat({ max: 9 }), (tree, offset) => {
    const bytes = encodeSafetensors(tree);
    const larger = new Uint8Array(offset + bytes.length + 3).fill(0xff);
    larger.set(bytes, offset);
    const { tensors } = parseSafetensors(larger.subarray(offset, offset + bytes.length));
    larger.fill(0);
    assertSameBits(loadInto(tree, tensors), tree);
  }));
});

Deno.test("the library's files are read, and written again byte by byte", () => {
  for (const { name, file, metadata, tensors } of oracle.written) {
    const parsed = parseSafetensors(bytesOf(file));
    assertTensors(parsed, tensors, name);
    assertEquals(parsed.metadata, metadata, name);
    assertEquals(encodeSafetensors(parsed.tensors, metadata), bytesOf(file), name);
  }
});

Deno.test("integers of other widths become those of 32 bits", () => {
  assert(oracle.widened.length === 6);
  for (const { name, file, tensors } of oracle.widened) {
    assertTensors(parseSafetensors(bytesOf(file)), tensors, name);
  }
  const wide = (type: string, bytes: number[]) => () =>
    parseSafetensors(fileOf(`{"n":{"dtype":"${type}","shape":[1],"data_offsets":[0,8]}}`, bytes));
  for (
    const [type, bytes, value] of [
      ["I64", [0, 0, 0, 128, 0, 0, 0, 0], "2147483648"],
      ["I64", [255, 255, 255, 127, 255, 255, 255, 255], "-2147483649"],
      ["U64", [0, 0, 0, 0, 1, 0, 0, 0], "4294967296"],
      ["U64", Array(8).fill(255), "18446744073709551615"],
    ] as const
  ) {
    assertThrows(wide(type, [...bytes]), FormatError, `"n": ${value} does not fit into 32 bits`);
  }
});

Deno.test("each of the 65536 halves becomes the float32 that it is", async () => {
  for (const type of ["F16", "BF16"] as const) {
    const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const header = `{"x":{"dtype":"${type}","shape":[65536],"data_offsets":[0,131072]}}`;
    const { tensors } = parseSafetensors(fileOf(header, new Uint8Array(halves.buffer)));
    const { data } = tensors.x;
    assert(data instanceof Float32Array);
    const digest = await crypto.subtle.digest("SHA-256", oneNaN(data));
    assertEquals(new Uint8Array(digest).toHex(), oracle.halves[type], type);
  }
});

/** Floats in which all NaNs have the same bits. */
function oneNaN(data: Float32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(data.buffer).map((bits, i) => Number.isNaN(data[i]) ? 0x7fc00000 : bits);
}

/** In what the format's description is stricter than the library, or a tensor here than a buffer. */
const stricter = [
  /the header starts with/,
  /has ".*" twice/,
  /needs \{ dtype, shape, data_offsets \}/,
  /__metadata__ is an object of strings, found null/,
  /the dtype .* is not read/,
  /a bool is 0 or 1/,
  /does not fit into 32 bits/,
  /a shape is a list of whole numbers, found .*9007199254740993/,
];

Deno.test("what the library refuses is refused, and what it takes is taken", () => {
  let [taken, refused] = [0, 0];
  for (const { file, accepted } of oracle.verdicts) {
    const bytes = bytesOf(file);
    try {
      parseSafetensors(bytes);
      assert(accepted, `taken: ${new TextDecoder().decode(bytes.subarray(0, 300))}`);
      taken++;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused++;
      if (accepted) assert(stricter.some((reason) => reason.test(error.message)), error.message);
    }
  }
  assert(taken > 20 && refused > 200);
});

Deno.test("every truncation is refused, and every byte too many", () => {
  fc.assert(
    fc.property(trees, fc.uint8Array({ minLength: 1, maxLength: 9 }), (tree, more) => {
      const bytes = encodeSafetensors(tree);
      for (let length = 0; length < bytes.length; length++) {
        assertThrows(() => parseSafetensors(bytes.subarray(0, length)), FormatError, "safetensors");
      }
      const longer = new Uint8Array([...bytes, ...more]);
      assertThrows(
        () => parseSafetensors(longer),
        FormatError,
        `the data ends at byte ${bytes.length}, the file at ${longer.length}`,
      );
    }),
    { numRuns: 30 },
  );
});

Deno.test("mutated bytes are read or refused, and nothing else", () => {
  const edits = fc.array(
    fc.record({
      at: fc.nat(),
      byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...'{}[]":,0123456789-.eE\\u ')).map((
        byte,
      ) => typeof byte === "string" ? byte.charCodeAt(0) : byte),
      kind: fc.constantFrom("put", "insert", "remove"),
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(trees, edits, (tree, edits) => {
      const mutated = [...encodeSafetensors(tree, { epoch: "3" })];
      for (const { at, byte, kind } of edits) {
        mutated.splice(
          at % mutated.length,
          kind === "insert" ? 0 : 1,
          ...kind === "remove" ? [] : [byte],
        );
      }
      try {
        const { tensors } = parseSafetensors(new Uint8Array(mutated));
        // No tensor has more elements than the file has bytes.
        for (const { size } of Object.values(tensors)) assert(size <= mutated.length);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        assert(error.message.startsWith("safetensors: ") && error.message.length < 500);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("what is wrong is named", () => {
  const refused = (bytes: Uint8Array, message: string) => {
    assertThrows(() => parseSafetensors(bytes), FormatError, message);
  };
  const entry = (dtype: string, shape: string, offsets: string, bytes = 4) =>
    fileOf(`{"w":{"dtype":${dtype},"shape":${shape},"data_offsets":${offsets}}}`, Array(bytes));
  refused(new Uint8Array(7), "eight bytes, the header's length; it has 7");
  refused(fileOf("{}").with(3, 9), "a header has at most 100000000 bytes, not 150994946");
  refused(fileOf("{}").with(0, 9), "the header ends at byte 17, the file at 10: it is cut off");
  refused(fileOf("PK"), 'the header starts with "{"');
  refused(fileOf("{x"), "the header is not JSON: ");
  refused(fileOf("{\xff}").with(9, 0xff), "the header is not UTF-8");
  refused(fileOf('{"w":7}'), '"w": needs { dtype, shape, data_offsets }, found 7');
  refused(
    entry('"F8_E4M3"', "[4]", "[0,4]"),
    '"w": the dtype "F8_E4M3" is not read; there are BOOL',
  );
  refused(
    entry('"F32"', "[null]", "[0,4]"),
    '"w": a shape is a list of whole numbers, found [null]',
  );
  refused(entry('"F32"', "[1]", "[4,0]"), '"w": data_offsets are a start and an end, found [4,0]');
  refused(entry('"F32"', "[2]", "[0,4]"), '"w": F32 [2] takes 8 bytes, its data has 4');
  refused(entry('"F32"', "[9007199254740991,8,0]", "[0,0]"), "the shape [9007199254740991,8,0] is");
  refused(entry('"F32"', "[1]", "[0,4]", 3), "it is cut off");
  refused(
    entry('"F32"', "[1]", "[4,8]", 8),
    'the data of "w" starts at byte 66, what comes before',
  );
  refused(entry('"F32"', "[1.0]", "[0,4]"), 'a number that is no count: "1."');
  refused(entry('"BOOL"', "[4]", "[0,4]").with(-1, 2), '"w": a bool is 0 or 1, one is 2');
  refused(
    fileOf('{"__metadata__":{"n":3}}'),
    '__metadata__ is an object of strings, found {"n":3}',
  );
});

Deno.test("a header of one long string, or of nothing but depth, is no trouble", () => {
  const long = "\\".repeat(2_000_000);
  assertEquals(parseSafetensors(encodeSafetensors({}, { long })).metadata, { long });
  assertThrows(() => parseSafetensors(fileOf('{"a":'.repeat(200_000))), FormatError, "not JSON");
  const deep = '{"a":' + "[".repeat(200_000) + "]".repeat(200_000) + "}";
  assertThrows(() => parseSafetensors(fileOf(deep)), FormatError, '"a": needs { dtype');
});

Deno.test("encodeSafetensors refuses what a file cannot hold", () => {
  const x = zeros([1]);
  const refused = (tree: unknown, message: string, metadata?: Record<string, string>) => {
    assertThrows(() => encodeSafetensors(tree, metadata), FormatError, message);
  };
  refused({ "a.b": x, a: { b: x } }, ".a.b and .a.b would both have the name a.b");
  refused({ a: [x], "a.0": x }, "would both have the name a.0");
  refused({ __metadata__: x }, "no tensor can have the name __metadata__");
  refused({ "\ud800": x }, "half a surrogate pair");
  refused({}, 'the metadata "a" has half a surrogate pair', { a: "\udfff" });
  refused({}, 'metadata is of strings, "n" is a number', { n: 3 as never });
});

Deno.test("loadInto names every tensor that does not fit", () => {
  const template = { hidden: [{ weight: zeros([784, 128]), bias: zeros([128]) }], n: zeros([]) };
  const { tensors } = parseSafetensors(
    encodeSafetensors({
      hidden: [{ weight: zeros([784, 64]) }],
      n: tensor(1, "int32"),
      extra: zeros([2]),
    }),
  );
  const error = assertThrows(() => loadInto(template, tensors), FormatError);
  assertEquals(error.message.split("\n"), [
    "loadInto: hidden.0.bias: float32[128] expected, the file has none",
    "hidden.0.weight: float32[784, 128] expected, the file has float32[784, 64]",
    "n: float32[] expected, the file has int32[]",
    "extra: none expected, the file has float32[2]",
  ]);
  const many = Array.from({ length: 25 }, () => zeros([1]));
  const all = assertThrows(() => loadInto(many, {}), FormatError).message.split("\n");
  assertEquals([all.length, all[10]], [11, "and 15 more"]);
});

Deno.test("loadInto that is not strict takes what there is, but no other shape", () => {
  const template = { w: zeros([2]), b: ones([3]) };
  const loaded = loadInto(template, { w: ones([2]), more: zeros([]) }, { strict: false });
  const typed: { w: Tensor<[2]>; b: Tensor<[3]> } = loaded;
  assertSameBits(typed, { w: ones([2]), b: ones([3]) });
  assertThrows(() => loadInto(template, { w: ones([3]) }, { strict: false }), FormatError, "w: ");
});

Deno.test("names that every object has are names like others", () => {
  const file = fileOf(
    '{"__proto__":{"dtype":"BOOL","shape":[],"data_offsets":[0,1]},' +
      '"constructor":{"dtype":"BOOL","shape":[],"data_offsets":[1,2]}}',
    [1, 0],
  );
  const { tensors } = parseSafetensors(file);
  assertEquals(Object.keys(tensors), ["__proto__", "constructor"]);
  assertThrows(() => loadInto({ toString: zeros([]) }, {}), FormatError, "the file has none");
});
