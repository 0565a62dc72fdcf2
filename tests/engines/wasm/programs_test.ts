/**
 * The embedded engine against the interpreter, over random programs under random transformations, and
 * over tapes of random equations.
 */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  fromBuffer,
  jit,
  matmul,
  random,
  sum,
  type Tensor,
  zeros,
} from "@katachi/katachi";
import { MemoryError } from "../../../src/engines/wasm/instance.ts";
import { assertClose } from "../../fixtures/figures.ts";
import { agree, onBoth } from "./agree.ts";

Deno.test("random programs under random transformations give what the interpreter gives", () => {
  fc.assert(agree, { numRuns: 1000 });
});

/** A matrix with another order, another cut, another dtype: equations that engines read in place. */
const views: Record<string, (x: Tensor<[number, number]>) => AnyTensor> = {
  transposed: (x) => x.transpose(),
  "every other": (x) => x.slice([[null, null, 2], [null, null, -1]]),
  flattened: (x) => x.transpose().reshape([-1] as never),
  repeated: (x) => x.expandDims(1).mul(x.expandDims(0).sum(1)),
  whole: (x) => x.mul(5).astype("int32"),
  chosen: (x) => x.mul(x.sum(0)).max(1),
  double: (x) => x.astype("float64").exp().sum(1),
  product: (x) => matmul(x.transpose(), x),
  crossed: (x) => matmul(x, x.transpose()).sum(0).add(x.sum()),
};

for (const [name, f] of Object.entries(views)) {
  Deno.test(`matrices of every size, ${name}, give what the interpreter gives`, () => {
    fc.assert(
      fc.property(fc.nat(19), fc.nat(19), fc.nat(), (rows, columns, seed) => {
        fc.pre(name !== "chosen" || columns > 0);
        const x = random.normal(random.key(seed), [rows, columns]);
        const [found, expected] = onBoth(f as never, x) as unknown as [AnyTensor, AnyTensor];
        assertEquals([found.shape, found.dtype], [expected.shape, expected.dtype]);
        // A result is a sum of so many products at most, each of them rounded.
        const tolerance = (4 * rows * columns + 64) * 2 ** -24;
        assertClose([...found.data], [...expected.data], tolerance, `${rows} x ${columns}`, 1);
      }),
      { numRuns: 25 },
    );
  });
}

Deno.test("what lies across is gone through by tiles, to the last element", () => {
  const size = fc.integer({ min: 64, max: 99 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), size, size, fc.nat(), (n, rows, columns, seed) => {
      const x = random.normal(random.key(seed), [n, rows, columns]);
      const y = random.normal(random.key(seed + 1), [n, columns, rows]);
      const f = (x: Tensor<[number, number, number]>, y: Tensor<[number, number, number]>) =>
        x.add(y.transpose([0, 2, 1]) as never).mul(2) as AnyTensor;
      const [found, expected] = onBoth(f as never, x, y) as unknown as [AnyTensor, AnyTensor];
      assertEquals(found.data, expected.data);
    }),
    { numRuns: 25 },
  );
});

Deno.test("reductions over nothing, wherever the empty axes are, give what the interpreter gives", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }),
      fc.nat(),
      (shape, chosen) => {
        const axes = shape.map((_, axis) => axis).filter((axis) => (chosen >> axis) & 1);
        const x = random.normal(random.key(chosen), shape);
        // What is in memory beforehand must not show.
        const f = (x: AnyTensor) => sum(x.add(1) as Tensor, axes).mul(x.sum().add(1));
        const [found, expected] = onBoth(f, x);
        assertEquals(found.shape, expected.shape);
        assertClose([...found.data], [...expected.data], 1e-5, `${shape} over ${axes}`, 1);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("the sum of ten million numbers is exact to a few units in the last place", () => {
  const data = new Float32Array(10_000_000);
  let [exact, state] = [0, 1];
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 32;
    exact += data[i];
  }
  const x = fromBuffer(data, [data.length]);
  const found = jit((x: Tensor<[number]>) => sum(x))(x).item();
  const error = Math.abs(found - exact) / exact;
  console.log(`sum of 10^7: relative error ${error.toExponential(1)}`);
  assertEquals(error < 4 * 2 ** -24, true, `${found} and ${exact}`);
});

Deno.test("results stay as they are when the program runs again", () => {
  const f = jit((x: Tensor<[4]>) => x.mul(2));
  const first = f(zeros([4]).add(1) as Tensor<[4]>);
  f(zeros([4]));
  assertEquals(first.toArray(), [2, 2, 2, 2]);
});

Deno.test("a program that is too large for memory says how many bytes it needs", () => {
  const f = jit((x: Tensor<[]>) => {
    const wide = x.mul(zeros([70_000, 70_000]).add(1));
    return matmul(wide, wide.transpose()).sum();
  });
  assertThrows(() => f(zeros([])), MemoryError, "bytes of memory, more than there is");
});
