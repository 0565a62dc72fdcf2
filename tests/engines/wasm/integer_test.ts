import { assert, assertEquals } from "@std/assert";
import type { Scalar, ScalarFunction } from "../../../src/tape/scalar.ts";
import { columns } from "../../../src/engines/interpreter/scalars.ts";
import { algebra } from "../../../src/engines/wasm/vector/algebra.ts";
import type { Value } from "../../../src/engines/wasm/vector/graph.ts";
import { sequence } from "./accuracy.ts";
import { applyTo, type Kind } from "./vectors.ts";

const features = { relaxed: false };
const integers = ["int32", "uint32"] as const;
const corners = [0, 1, -1, 2, -2, 3, 7, 31, 32, 33, -31, 2 ** 31 - 1, -(2 ** 31), 65535, 1000003];

/** All pairs of corners, and random pairs: large with large, large with small, small with small. */
function pairs(dtype: "int32" | "uint32"): [ArrayLike<number>, ArrayLike<number>] {
  const random = sequence(3);
  const [a, b]: number[][] = [[], []];
  for (const x of corners) for (const y of corners) a.push(x), b.push(y);
  for (let i = 0; i < 3000; i++) {
    const [large, other] = [random() * 2 ** 32, random() * 2 ** 32];
    const [small, count] = [random() * 20 - 10, random() * 40 - 4];
    a.push(large, large, small);
    b.push(other, count, count);
  }
  const wrap = (values: number[]) =>
    dtype === "int32" ? Int32Array.from(values, Math.trunc) : Uint32Array.from(values, Math.trunc);
  return [wrap(a), wrap(b)];
}

type Two = (s: Scalar<Value>, a: Value, b: Value) => Value;
type Plain = (s: Scalar<ArrayLike<number> | number>, a: ArrayLike<number>, b: ArrayLike<number>) =>
  | ArrayLike<number>
  | number;

for (const dtype of integers) {
  Deno.test(`${dtype} operations are the interpreter's`, () => {
    const [a, b] = pairs(dtype);
    const names = [
      ...["add", "sub", "mul", "div", "rem", "min", "max", "pow"],
      ...["and", "or", "xor", "shiftLeft", "shiftRight", "equal", "less", "lessEqual"],
    ] as const;
    const s = columns(dtype, a.length);
    for (const name of names as readonly "add"[]) {
      const result = applyTo(
        [dtype, dtype],
        dtype,
        4,
        [a, b],
        (graph, [x, y]) => algebra(graph, dtype, 4, features)[name](x, y),
      );
      const expected = s[name](a, b) as ArrayLike<number>;
      const truth = ["equal", "less", "lessEqual"].includes(name);
      for (let i = 0; i < a.length; i++) {
        const value = truth ? (result[i] === 0 ? 0 : 1) : result[i];
        assertEquals(value, expected[i], `${name} of ${a[i]}, ${b[i]}`);
        if (truth) assertEquals(result[i] | 0, -expected[i] | 0, "a mask is all ones or zeros");
      }
    }
  });

  Deno.test(`${dtype} functions of one operand are the interpreter's`, () => {
    const [a] = pairs(dtype);
    const names: ScalarFunction[] = [
      "neg",
      "abs",
      "sign",
      "not",
      "floor",
      "ceil",
      "round",
      "trunc",
    ];
    for (const name of names) {
      const result = applyTo(
        [dtype],
        dtype,
        4,
        [a],
        (graph, [x]) => algebra(graph, dtype, 4, features).apply(name, x),
      );
      const expected = columns(dtype, a.length).apply(name, a) as ArrayLike<number>;
      for (let i = 0; i < a.length; i++) assertEquals(result[i], expected[i], `${name} of ${a[i]}`);
    }
  });

  Deno.test(`${dtype} shifts by constants are the interpreter's`, () => {
    const [a] = pairs(dtype);
    for (const count of [0, 1, 7, 31, 32, 100]) {
      for (const name of ["shiftLeft", "shiftRight"] as const) {
        const result = applyTo([dtype], dtype, 4, [a], (graph, [x]) => {
          const s = algebra(graph, dtype, 4, features);
          return s[name](x, s.constant(count));
        });
        const expected = columns(dtype, a.length)[name](a, count) as ArrayLike<number>;
        for (let i = 0; i < a.length; i++) {
          assertEquals(result[i], expected[i], `${name} of ${a[i]} by ${count}`);
        }
      }
    }
  });
}

Deno.test("operations on truth values are the interpreter's, in lanes of either width", () => {
  const [a, b] = [[0, 0, 1, 1], [0, 1, 0, 1]];
  const cases: Record<string, [Two, Plain]> = {
    select: [(s, x, y) => s.select(x, y, s.constant(1)), (s, x, y) => s.select(x, y, 1)],
    not: [(s, x) => s.apply("not", x), (s, x) => s.apply("not", x)],
    constants: [(s, x) => s.xor(x, s.constant(1)), (s, x) => s.xor(x, 1)],
  };
  for (const name of ["min", "max", "and", "or", "xor", "equal", "less", "lessEqual"] as const) {
    cases[name] = [(s, x, y) => s[name](x, y), (s, x, y) => s[name](x, y)];
  }
  for (const [kind, lanes] of [["bool", 4], ["bool", 2], ["mask64", 2]] as [Kind, 2 | 4][]) {
    const masks = [a, b].map((values) => kind === "bool" ? values.map((v) => -v) : wide(values));
    for (const [name, [vector, plain]] of Object.entries(cases)) {
      const result = applyTo(
        [kind, kind],
        kind,
        lanes,
        masks,
        (graph, [x, y]) => vector(algebra(graph, "bool", lanes, features), x, y),
      );
      const expected = plain(columns("bool", a.length), a, b) as ArrayLike<number>;
      const read = kind === "bool"
        ? Array.from(result)
        : Array.from(new BigInt64Array(result.buffer, result.byteOffset, a.length), Number);
      assertEquals(read, Array.from(expected, (v) => v === 0 ? 0 : -1), `${name} in ${kind}`);
    }
  }
});

/** Masks of 64 bits, as the doubles of those bits: NaN with all bits set. */
function wide(values: readonly number[]): Float64Array {
  return new Float64Array(BigInt64Array.from(values, (v) => BigInt(-v)).buffer);
}

Deno.test("what has no meaning on a dtype is refused", () => {
  for (const [dtype, name] of [["int32", "exp"], ["bool", "sin"], ["float32", "not"]] as const) {
    let refused = false;
    try {
      applyTo(
        [dtype],
        dtype,
        4,
        [[0]],
        (graph, [x]) => algebra(graph, dtype, 4, features).apply(name, x),
      );
    } catch (error) {
      refused = error instanceof Error && error.message.includes("has no meaning");
    }
    assert(refused, `${name} of ${dtype}`);
  }
});
