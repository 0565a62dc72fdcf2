import { assert, assertEquals } from "@std/assert";
import { convertElement, type DType, dtypes, isFloating } from "../../../src/tensor/dtype.ts";
import { convert, convertMask } from "../../../src/engines/wasm/vector/convert.ts";
import { everyExponent, sequence } from "./accuracy.ts";
import { applyTo, type Kind } from "./vectors.ts";

const random = sequence(11);
const integers = Float64Array.from({ length: 4000 }, (_, i) => {
  const corners = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1, 123456789];
  return i < corners.length ? corners[i] : Math.floor((random() - 0.5) * 2 ** 32);
});

const operands: Record<DType, ArrayLike<number>> = {
  float32: Float32Array.from([
    ...everyExponent("float32", 4),
    ...[0.5, 1.5, -0.5, 2 ** 31, -(2 ** 31), 4294967040, 4294967296, 3e9],
  ]),
  float64: Float64Array.from([
    ...everyExponent("float64", 2),
    ...[2147483647.5, -2147483648.9, 4294967295.5, 4294967296, 3e9, 1 + 2 ** -24, 1 + 2 ** -40],
  ]),
  int32: Int32Array.from(integers),
  uint32: Uint32Array.from(integers),
  bool: [0, 1, 1, 0, 0],
};

/** How a dtype is stored beside another: truth values as masks as wide as the other's lanes. */
const kindOf = (dtype: DType, other: DType): Kind =>
  dtype === "bool" && other === "float64" ? "mask64" : dtype;

const wideMasks = (values: ArrayLike<number>) =>
  new Float64Array(BigInt64Array.from(Array.from(values, (v) => BigInt(-v))).buffer);

Deno.test("conversions between all dtypes are the interpreter's", () => {
  for (const from of dtypes) {
    for (const to of dtypes) {
      const x = operands[from];
      const kinds = [kindOf(from, to), kindOf(to, from)] as const;
      const stored = kinds[0] === "mask64"
        ? wideMasks(x)
        : kinds[0] === "bool"
        ? Array.from(x, (v) => -v)
        : x;
      for (const lanes of from === "float64" || to === "float64" ? [2] as const : [2, 4] as const) {
        const result = applyTo(
          [kinds[0]],
          kinds[1],
          lanes,
          [stored],
          (graph, [v]) => convert(graph, v, from, to),
        );
        const read = kinds[1] === "mask64"
          ? Array.from(
            new BigInt64Array(result.buffer, result.byteOffset, x.length),
            (v) => -Number(v),
          )
          : kinds[1] === "bool"
          ? Array.from(result, (v) => -v + 0)
          : result;
        for (let i = 0; i < x.length; i++) {
          const expected = convertElement(x[i], from, to);
          const same = isFloating(to) ? Object.is(read[i], expected) : read[i] === expected;
          assert(same, `${x[i]} from ${from} to ${to}: ${read[i]}, not ${expected}`);
        }
      }
    }
  }
});

Deno.test("masks change their width", () => {
  const bits = [0, -1, -1, 0, 0, 0, -1, -1];
  const widened = applyTo(["bool"], "mask64", 2, [bits], (g, [x]) => convertMask(g, x, 32, 64));
  const view = new BigInt64Array(widened.buffer, widened.byteOffset, bits.length);
  assertEquals(Array.from(view, Number), bits);
  const narrow = applyTo(
    ["mask64"],
    "bool",
    2,
    [Float64Array.from(widened)],
    (g, [x]) => convertMask(g, x, 64, 32),
  );
  assertEquals(Array.from(narrow), bits);
});
