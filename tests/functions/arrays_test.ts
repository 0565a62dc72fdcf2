/**
 * Composed functions of arrays: NumPy's values, which `tools/oracle_functions.py` wrote down, naive
 * definitions, and gradients.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import { checkGrads } from "@katachi/katachi/testing";
import { assertClose, type Figure, figures, flat, numbers } from "../fixtures/figures.ts";

type Wide = k.Tensor<k.Shape, "float64">;
type Call = (...args: unknown[]) => k.AnyTensor | k.AnyTensor[];

const arrays = await figures<{
  calls: { name: string; shapes: number[][]; args: unknown[]; result: Figure; shape: Figure }[];
  weighted: { shape: number[]; axis: number; weights: number[]; result: Figure }[];
  grids: { sizes: number[]; indexing: "xy" | "ij"; result: Figure }[];
  holes: Figure;
  nan: Record<"nanSum" | "nanMean", { values: Figure; total: Figure; slopes: Figure }>;
  ends: Figure;
  closeness: [Figure, Figure];
  spaces: Record<"logspace" | "geomspace", Figure[]>;
  nanToNum: Figure;
}>("arrays");

const library = k as unknown as Record<string, Call>;

/** The operand that the oracle makes. */
function wave(shape: readonly number[], phase = 0): Wide {
  const size = shape.reduce((a, b) => a * b, 1);
  return k.fromBuffer(Float64Array.from({ length: size }, (_, i) => Math.sin(i + phase)), shape);
}

const list = (result: k.AnyTensor | k.AnyTensor[]) => Array.isArray(result) ? result : [result];

const names = [...new Set(arrays.calls.map(({ name }) => name))];

for (const name of names) {
  const calls = arrays.calls.filter((call) => call.name === name);

  Deno.test(`${name}: NumPy's values and shapes`, () => {
    for (const { shapes, args, result, shape } of calls) {
      const what = `${name} of ${JSON.stringify(shapes)}, ${JSON.stringify(args)}`;
      const found = library[name](...shapes.map(wave), ...args);
      const values = list(found).map((x) => x.toArray());
      assertClose(values, numbers(result), 1e-13, what);
      const own = list(found).map((x) => [...x.shape]);
      assertEquals(Array.isArray(found) ? own : own[0], shape, what);
    }
  });

  if (name === "countNonzero") continue;

  Deno.test(`${name}: gradients of both orders`, () => {
    // One call of each sort of argument, without the empty ones and the ones that give NaN.
    const fit = calls.filter(({ shapes, result }) =>
      !shapes.flat().includes(0) && flat(numbers(result)).every(Number.isFinite)
    );
    for (const { shapes, args } of fit.slice(0, 6)) {
      for (const order of [1, 2] as const) {
        const f = (...xs: k.AnyTensor[]) => list(library[name](...xs, ...args));
        checkGrads(f, shapes.map((s, i) => wave(s, i)), { order });
      }
    }
  });

  Deno.test(`${name}: compiled, it gives the same values`, () => {
    const { shapes, args } = calls[0];
    const f = (...xs: k.AnyTensor[]) => list(library[name](...xs, ...args));
    const operands = shapes.map((s, i) => wave(s, i));
    const compiled = k.jit((xs: readonly k.AnyTensor[]) => f(...xs));
    const expected = f(...operands);
    for (const [i, x] of compiled(operands).entries()) {
      assertEquals([...x.shape], [...expected[i].shape]);
      assertClose([...x.data], [...expected[i].data], 2e-6, name, 1);
    }
  });
}

Deno.test("mapped over a batch, they give what they give example by example", () => {
  for (const { name, shapes, args } of arrays.calls) {
    if (shapes.length === 0) continue;
    const f = (...xs: k.AnyTensor[]) => list(library[name](...xs, ...args));
    const examples = [0, 20].map((phase) => shapes.map((s, i) => wave(s, phase + i)));
    const operands = shapes.map((_, i) => k.stack(examples.map((example) => example[i])));
    const mapped = k.vmap(f)(...operands) as k.AnyTensor[];
    const single = examples.map((example) => f(...example));
    for (const [i, result] of mapped.entries()) {
      const expected = k.stack(single.map((results) => results[i]));
      const what = `${name} of ${JSON.stringify(shapes)}, ${JSON.stringify(args)}`;
      assertEquals([...result.shape], [...expected.shape], what);
      assertClose(result.toArray(), expected.toArray(), 1e-13, what);
    }
  }
});

Deno.test("average: NumPy's with weights", () => {
  for (const { shape, axis, weights, result } of arrays.weighted) {
    const found = k.average(wave(shape), axis, { weights: wave(weights, 9) });
    assertClose(found.toArray(), numbers(result), 1e-13, JSON.stringify(shape));
  }
  assertThrows(
    () => k.average(k.ones([2, 3]), 0, { weights: k.ones([3]) }),
    k.ShapeError,
    "average: weights [3] do not fit [2, 3] over axes [0]",
  );
});

Deno.test("meshgrid: NumPy's", () => {
  for (const { sizes, indexing, result } of arrays.grids) {
    const found = k.meshgrid(sizes.map((size, i) => wave([size], i)), { indexing });
    assertClose(found.map((x) => x.toArray()), numbers(result), 0, `${sizes} ${indexing}`);
  }
});

Deno.test("nanSum, nanMean, nanToNum: JAX's and NumPy's", () => {
  const holes = k.tensor(numbers(arrays.holes) as number[][], "float64") as unknown as Wide;
  for (const name of ["nanSum", "nanMean"] as const) {
    const { values, total, slopes } = arrays.nan[name];
    assertClose(k[name](holes, 1).toArray(), numbers(values), 1e-15, name);
    assertClose(k[name](holes).item(), Number(total), 1e-15, name);
    const first = (x: Wide) => k.slice(k[name](x, 1), [0]).sum();
    assertEquals(k.grad(first)(holes).toArray(), numbers(slopes) as never, name);
  }
  const ends = k.tensor(numbers(arrays.ends) as number[], "float64");
  assertEquals(k.nanToNum(ends).toArray(), numbers(arrays.nanToNum) as number[]);
  const integers = k.tensor([1, 2], "int32");
  assertEquals([k.nanSum(integers).item(), k.nanMean(integers).item()], [3, 1.5]);
  assertEquals(k.nanToNum(integers).toArray(), [1, 2]);
});

Deno.test("isClose: NumPy's", () => {
  const ends = k.tensor(numbers(arrays.ends) as number[], "float64");
  for (const [i, equalNaN] of [false, true].entries()) {
    const column = k.expandDims(ends, 1);
    const found = k.isClose(column, ends, { equalNaN });
    assertEquals(found.toArray(), numbers(arrays.closeness[i]) as never);
    assertEquals(k.allClose(column, ends, { equalNaN }).item(), false);
    assertEquals(k.allClose(ends, ends, { equalNaN }).item(), equalNaN);
  }
});

Deno.test("arrayEqual: shapes and elements", () => {
  const x = k.tensor([1, 2]);
  assertEquals(k.arrayEqual(x, k.tensor([1, 2], "int32")).item(), true);
  assertEquals(k.arrayEqual(x, k.tensor([[1, 2]])).item(), false);
  assertEquals(k.arrayEqual(x, k.tensor([1, 3])).item(), false);
  assertEquals(k.arrayEqual(k.tensor([NaN]), k.tensor([NaN])).item(), false);
  assertEquals(k.arrayEqual(k.zeros([0]), k.zeros([0])).item(), true);
});

Deno.test("logspace and geomspace: NumPy's, both ends exact", () => {
  const { logspace, geomspace } = arrays.spaces;
  const own: k.AnyTensor[] = [k.logspace(-1, 2, 7, "float64"), k.logspace(0, 3, 4, "float64", 2)];
  assertClose(own.map((x) => x.toArray()), numbers(logspace), 1e-14);
  const others: k.AnyTensor[] = [
    k.geomspace(1, 1000, 7, "float64"),
    k.geomspace(-8, -0.5, 5, "float64"),
    k.geomspace(2, 3, 1, "float64"),
  ];
  assertClose(others.map((x) => x.toArray()), numbers(geomspace), 1e-14);
  assertEquals([others[0].data[0], others[0].data[6]], [1, 1000]);
  assertThrows(() => k.geomspace(-1, 2, 3), RangeError, "geomspace: -1 and 2 are not both above");
});

const shapes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 });
const counted = (shape: readonly number[]) =>
  k.arange(shape.reduce((a, b) => a * b, 1), undefined, 1, "float64").reshape(shape) as Wide;

Deno.test("split, concat and unstack, stack: there and back", () => {
  fc.assert(
    fc.property(shapes, fc.nat(2), fc.array(fc.nat(3), { maxLength: 3 }), (shape, axis, cuts) => {
      const at = axis % shape.length;
      const positions = cuts.map((cut) => Math.min(cut, shape[at])).sort((a, b) => a - b);
      const x = counted(shape);
      const parts = k.split(x, positions, at);
      assertEquals(k.concat(parts, at).toArray(), x.toArray());
      if (shape[at] === 0) return;
      assertEquals(k.stack(k.unstack(x, at), at).toArray(), x.toArray());
      assertEquals(k.concat(k.split(x, shape[at], at - shape.length), at).toArray(), x.toArray());
    }),
  );
});

Deno.test("roll: as many steps of one as the shift says, and back", () => {
  fc.assert(
    fc.property(shapes, fc.integer({ min: -7, max: 7 }), (shape, shift) => {
      const x = counted(shape);
      const step = Math.sign(shift);
      const single = Array.from({ length: Math.abs(shift) }).reduce<k.AnyTensor>(
        (y) => k.roll(y, step, 0),
        x,
      );
      assertEquals(k.roll(x, shift, 0).toArray(), single.toArray());
      assertEquals(k.roll(k.roll(x, shift), -shift).toArray(), x.toArray());
    }),
  );
});

Deno.test("tril and triu: one beside the other is the whole; trace sums the diagonal", () => {
  const matrices = fc.tuple(fc.integer({ min: 1, max: 2 }), fc.nat(4), fc.nat(4));
  fc.assert(
    fc.property(matrices, fc.integer({ min: -5, max: 5 }), (shape, offset) => {
      const x = counted(shape) as k.Tensor<[number, number, number], "float64">;
      assertEquals(k.add(k.tril(x, offset), k.triu(x, offset + 1)).toArray(), x.toArray());
      const both = k.sub(k.add(k.tril(x, offset), k.triu(x, offset)), x);
      assertClose(
        k.trace(x, offset).toArray(),
        k.sum(both, [1, 2]).toArray(),
        1e-12,
        `${shape} ${offset}`,
      );
      assertEquals(
        k.diagonal(x, offset).toArray(),
        k.unstack(x).map((matrix) => k.diag(matrix, offset).toArray()),
      );
    }),
  );
});

Deno.test("diag: the diagonal of the matrix that it makes", () => {
  fc.assert(
    fc.property(fc.nat(4), fc.integer({ min: -3, max: 3 }), (length, offset) => {
      const x = counted([length]).reshape([length]);
      const matrix = k.diag(x, offset);
      assertEquals(matrix.toArray(), k.tril(k.triu(matrix, offset), offset).toArray());
      assertEquals(k.diagonal(matrix, offset).toArray(), x.toArray());
    }),
  );
});

Deno.test("kron: the mixed product", () => {
  const [a, b] = [wave([2, 3]), wave([3, 2], 1)];
  const [c, d] = [wave([3, 2], 2), wave([2, 4], 3)];
  const left = k.matmul(k.kron(a, b), k.kron(c, d));
  assertClose(left.toArray(), k.kron(k.matmul(a, c), k.matmul(b, d)).toArray(), 1e-12);
});

Deno.test("tensordot: einsum's", () => {
  const [a, b] = [wave([2, 3, 4]), wave([4, 2, 5], 1)];
  const found = k.tensordot(a, b, [[2, 0], [0, 1]]);
  assertClose(found.toArray(), k.einsum("ijk,kil->jl", a, b).toArray(), 1e-13);
});

Deno.test("integers stay integers", () => {
  const x = k.tensor([[1, 2], [3, 4]], "int32");
  const results: k.AnyTensor[] = [
    k.tensordot(x, x, 1),
    k.inner(x, x),
    k.vdot(x, x),
    k.kron(x, x),
    k.tril(x),
    k.diag(x),
    k.trace(x),
    k.roll(x, 1),
    k.tile(x, 2),
    k.repeat(x, 2),
    k.ptp(x),
  ];
  assert(results.every(({ dtype }) => dtype === "int32"));
  const floats: k.AnyTensor[] = [k.cov(x), k.corrcoef(x), k.average(x), k.nanMean(x)];
  assert(floats.every(({ dtype }) => dtype === "float32"));
  assertEquals(k.trace(k.tensor([[true, false], [true, true]])).item(), 2);
});
