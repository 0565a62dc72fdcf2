/** Tensors: construction, reading, immutability, dtypes, empty dims, printing. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  add,
  all,
  any,
  type AnyTensor,
  arange,
  argmax,
  assertShape,
  astype,
  concat,
  div,
  DTypeError,
  ensureShape,
  exp,
  eye,
  fromBuffer,
  full,
  hasShape,
  linspace,
  matmul,
  max,
  mean,
  mul,
  ones,
  onesLike,
  pow,
  prod,
  ShapeError,
  softmax,
  sum,
  type Tensor,
  tensor,
  transpose,
  TreeError,
  treeLeaves,
  treeMap,
  zeros,
  zerosLike,
} from "@katachi/katachi";

Deno.test("literals: shapes, dtypes and values, known to the compiler", () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  assertType<IsExact<typeof x, Tensor<[2, 3], "float32">>>(true);
  assertEquals([...x.shape], [2, 3]);
  assertEquals([x.dtype, x.rank, x.size], ["float32", 2, 6]);
  const rows = x.toArray();
  assertType<IsExact<typeof rows, number[][]>>(true);
  assertEquals(rows, [[1, 2, 3], [4, 5, 6]]);

  const flags = tensor([true, false]);
  assertType<IsExact<typeof flags, Tensor<[2], "bool">>>(true);
  assertEquals(flags.toArray(), [true, false]);
  assertEquals(tensor(3).item(), 3);
  assertEquals(tensor([1, 2], "int32").dtype, "int32");
  assertEquals([...tensor([[], []]).shape], [2, 0]);
});

Deno.test("constructors", () => {
  assertEquals(zeros([2]).toArray(), [0, 0]);
  assertEquals(ones([2], "int32").toArray(), [1, 1]);
  assertEquals(full([2], true, "bool").toArray(), [true, true]);
  assertEquals(arange(2, 8, 2).toArray(), [2, 4, 6]);
  assertEquals(arange(3, 0, -1, "int32").toArray(), [3, 2, 1]);
  assertEquals(linspace(0, 1, 5).toArray(), [0, 0.25, 0.5, 0.75, 1]);
  assertEquals(linspace(3, 5, 1).toArray(), [3]);
  assertEquals(eye(2).toArray(), [[1, 0], [0, 1]]);
  assertEquals(zerosLike(eye(2)).toArray(), [[0, 0], [0, 0]]);
  assertEquals(onesLike(tensor([5], "int32")).dtype, "int32");
  assertEquals(fromBuffer(new Int32Array([1, 2]), [2, 1]).toArray(), [[1], [2]]);
});

Deno.test("a tensor cannot be changed: not through data, not through its source, not its shape", () => {
  const source = new Float32Array([1, 2]);
  const x = fromBuffer(source, [2]);
  source[0] = 9;
  x.data[1] = 9;
  assertEquals(x.toArray(), [1, 2]);
  assertThrows(() => (x.shape as unknown as number[]).push(1), TypeError);
  const y = ones([2]);
  assertThrows(
    () => ((y as { dtype: string }).dtype = "bool", (y.shape as unknown as number[])[0] = 3),
    TypeError,
  );
});

Deno.test("any nesting goes in and comes out", () => {
  const rows = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 })).chain(([n, m]) =>
    fc.array(
      fc.array(fc.float({ noNaN: true }).map((x) => x + 0), { minLength: m, maxLength: m }),
      { minLength: n, maxLength: n },
    )
  );
  fc.assert(fc.property(rows, (rows) => {
    const x = tensor(rows);
    assertEquals(x.toArray() as number[][], rows);
  }));
});

Deno.test("errors: values that the dtype cannot hold, unknown dtypes, wrong counts", () => {
  assertThrows(() => tensor([0.5], "int32"), DTypeError, "0.5 is not an element of int32");
  assertThrows(() => tensor([-1], "uint32"), DTypeError, "-1 is not an element of uint32");
  assertThrows(() => zeros([2], "float16" as "float32"), DTypeError, "unknown dtype float16");
  assertThrows(() => eye(2, "float16" as "float32"), DTypeError, "eye: unknown dtype float16");
  assertThrows(
    () => zeros([2]).astype("float16" as "float32"),
    DTypeError,
    "astype: unknown dtype",
  );
  assertThrows(
    () => fromBuffer(new Float32Array(3), [2, 2]),
    ShapeError,
    "fromBuffer: 3 elements do not fill [2, 2] (4)",
  );
  assertThrows(() => tensor([1, 2]).item(), TypeError, "item: needs a tensor of one element");
  const pair = [1, 2] as unknown as number;
  assertThrows(() => add(tensor([1, 2]), pair), TypeError, "add: operand 2 is an array");
});

Deno.test("JavaScript operators on tensors are refused, not NaN", () => {
  const x = tensor(1) as unknown as number;
  assertThrows(() => x + 1, TypeError, "write x.add(1)");
  assertThrows(() => x < 1, TypeError, "less(x, 1)");
  assertEquals(`${tensor(1)}`, "Tensor [] float32 1");
});

Deno.test("dtypes: promotion is JAX's, numbers are weak", () => {
  const order = ["bool", "uint32", "int32", "float32", "float64"] as const;
  for (const [i, a] of order.entries()) {
    for (const [j, b] of order.entries()) {
      if (i + j === 0) continue;
      const sum = add(ones([2], a), ones([2], b));
      assertEquals(sum.dtype, order[Math.max(i, j)]);
    }
  }
  assertEquals(add(ones([2], "int32"), 1).dtype, "int32");
  assertEquals(mul(ones([2], "float64"), 0.1).toArray(), [0.1, 0.1]);
  assertThrows(
    () => add(ones([2], "int32"), 0.5),
    DTypeError,
    "add: 0.5 is not an element of int32",
  );
  assertThrows(() => add(ones([2], "bool"), ones([2], "bool")), DTypeError, "add: needs");
  assertEquals(div(ones([2], "int32"), 2).dtype, "float32");
  assertEquals(exp(ones([2], "int32")).dtype, "float32");
  assertEquals(mean(ones([2], "int32")).dtype, "float32");
  assertEquals([sum(ones([2], "bool")).dtype, sum(ones([2], "bool")).item()], ["int32", 2]);
  const wide = add(ones([2], "int32"), ones([2], "float64"));
  assertType<IsExact<typeof wide, Tensor<[2], "float64">>>(true);
});

Deno.test("conversions are XLA's: towards zero, saturating, wrapping", () => {
  const x = tensor([2.7, -2.7, NaN, Infinity, -Infinity, 3e9]);
  assertEquals(astype(x, "int32").toArray(), [2, -2, 0, 2147483647, -2147483648, 2147483647]);
  assertEquals(astype(x, "uint32").toArray(), [2, 0, 0, 4294967295, 0, 3000000000]);
  assertEquals(astype(tensor([-1], "int32"), "uint32").toArray(), [4294967295]);
  assertEquals(astype(tensor([0, 0.5, NaN]), "bool").toArray(), [false, true, true]);
  assertEquals(astype(tensor([true, false]), "float32").toArray(), [1, 0]);
  assertEquals(astype(tensor([0.1], "float64"), "float32").item(), Math.fround(0.1));
});

Deno.test("integers wrap around", () => {
  assertEquals(add(tensor([2147483647], "int32"), 1).toArray(), [-2147483648]);
  assertEquals(mul(tensor([65536], "uint32"), 65536).toArray(), [0]);
  assertEquals(pow(tensor([3], "int32"), 4).toArray(), [81]);
  assertEquals(sum(tensor([2147483647, 1], "int32")).item(), -2147483648);
  assertEquals(prod(tensor([65536, 65536], "uint32")).item(), 0);
  assertEquals(matmul(tensor([[65536]], "int32"), tensor([[65536]], "int32")).toArray(), [[0]]);
});

Deno.test("empty dims work everywhere", () => {
  const x = zeros([0, 3]);
  assertEquals(x.toArray(), []);
  assertEquals(sum(x, 0).toArray(), [0, 0, 0]);
  assertEquals(sum(x).item(), 0);
  assertEquals(prod(x, 0).toArray(), [1, 1, 1]);
  assertEquals([...max(x, 1).shape], [0]);
  assertThrows(() => max(x, 0), ShapeError, "max: no elements to choose from");
  assertThrows(() => argmax(x), ShapeError, "argmax: no elements to choose from");
  assertEquals(Number.isNaN(mean(zeros([0])).item()), true);
  assertEquals(matmul(zeros([2, 0]), zeros([0, 2])).toArray(), [[0, 0], [0, 0]]);
  assertEquals([...transpose(x).shape], [3, 0]);
  assertEquals([...softmax(x).shape], [0, 3]);
  assertEquals([...concat([x, ones([1, 3])]).shape], [1, 3]);
  assertEquals([any(zeros([0])).item(), all(zeros([0])).item()], [false, true]);
});

Deno.test("a shape that the compiler does not know is narrowed", () => {
  const unknown: Tensor = zeros([32, 784]);
  assertShape(unknown, [32, 784]);
  assertType<IsExact<typeof unknown, Tensor<[32, 784]>>>(true);
  const other: Tensor = zeros([2, 3]);
  if (hasShape(other, [2, 3])) assertEquals(matmul(other, zeros([3, 1])).size, 2);
  const known = ensureShape(other as Tensor, [2, 3]);
  assertType<IsExact<typeof known, Tensor<[2, 3], "float32">>>(true);
  assertEquals(hasShape(other, [3, 2]), false);
  assertThrows(
    () => assertShape(other as Tensor, [3, 2]),
    ShapeError,
    "assertShape: expected [3, 2], got [2, 3]",
  );
});

Deno.test("trees: leaves in order, mapped with others beside", () => {
  const tree = { b: tensor(2), a: [tensor(1), null] };
  assertEquals(treeLeaves(tree).map((x) => x.item()), [1, 2]);
  const sums = treeMap((x, y) => add(x, y), tree, tree);
  assertEquals(sums.b.item(), 4);
  assertEquals(Object.keys(sums), ["b", "a"]);
  assertThrows(() => treeMap((x) => x.reshape([1]), tree), TreeError, "the result at .a[0]");
  const other = { b: tensor(2), a: [tensor(1)] } as unknown as typeof tree;
  assertThrows(() => treeMap((x) => x, tree, other), TreeError, "different trees");
  assertThrows(() => treeLeaves({ date: new Date() }), TreeError, "the tree.date is a Date");
});

const printed: [AnyTensor, string][] = [
  [tensor(3.5), "Tensor [] float32 3.5"],
  [tensor([1, 2.5, -3]), "Tensor [3] float32 [ 1.0,  2.5, -3.0]"],
  [tensor([0.1, 1e10]), "Tensor [2] float32 [ 1e-1, 1e+10]"],
  [tensor([NaN, Infinity, 0.5]), "Tensor [3] float32 [     NaN, Infinity,      0.5]"],
  [tensor([true, false]), "Tensor [2] bool [ true, false]"],
  [zeros([0]), "Tensor [0] float32 []"],
  [zeros([2, 0]), "Tensor [2, 0] float32\n[[], []]"],
  [tensor([[1, 2], [30, 4]], "int32"), "Tensor [2, 2] int32\n[[ 1,  2],\n [30,  4]]"],
  [
    arange(8).reshape([2, 2, 2]),
    "Tensor [2, 2, 2] float32\n[[[0, 1],\n  [2, 3]],\n\n [[4, 5],\n  [6, 7]]]",
  ],
  [arange(2000), "Tensor [2000] float32 [   0,    1,    2, ..., 1997, 1998, 1999]"],
];

for (const [x, text] of printed) {
  Deno.test(`prints ${text.split("\n")[0]} as NumPy would lay it out`, () => {
    assertEquals(x.toString(), text);
    assert(Deno.inspect(x) === text);
  });
}

Deno.test("large matrices are summarized, long rows wrapped", () => {
  const lines = zeros([100, 100]).toString().split("\n");
  assertEquals(lines.length, 8);
  assertEquals(lines[1], "[[0, 0, 0, ..., 0, 0, 0],");
  assertEquals(lines[4], " ...,");
  assert(arange(100).toString().split("\n").every((line) => line.length <= 80));
});
