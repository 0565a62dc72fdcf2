/** Running functions against JAX's figures (`tools/oracle_windows.py`) and against their definition. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import { assertClose, type Figure, figures, flat, numbers, wave } from "../fixtures/figures.ts";

type Name = "cumsum" | "cumprod" | "cummax" | "cummin" | "cumlogsumexp";

const { functions, axes, integers, diff, diffOfBooleans } = await figures<{
  readonly functions: Readonly<
    Record<
      Name,
      readonly {
        readonly label: string;
        readonly x: Figure;
        readonly reverse: boolean;
        readonly value: Figure;
        readonly gradient: Figure;
        readonly second: Figure;
      }[]
    >
  >;
  readonly axes: Readonly<Record<Name, Readonly<Record<"0" | "1" | "flat", Figure>>>>;
  readonly integers: Readonly<Record<string, Figure>>;
  readonly diff: readonly { readonly n: number; readonly axis: number; readonly value: Figure }[];
  readonly diffOfBooleans: Figure;
}>("cumulative");

type Running = (x: k.AnyTensor, axis?: number, options?: k.CumulativeOptions) => k.AnyTensor;

const { cumsum, cumprod, cummax, cummin, cumlogsumexp } = k;
const library = { cumsum, cumprod, cummax, cummin, cumlogsumexp } as unknown as Readonly<
  Record<Name, Running>
>;

const vector = (values: readonly number[]): k.Tensor<[number], "float64"> =>
  k.fromBuffer(Float64Array.from(values), [values.length]);

for (const [name, cases] of Object.entries(functions) as [Name, typeof functions[Name]][]) {
  for (const { label, x, reverse, value, gradient, second } of cases) {
    Deno.test(`${name} of ${label}, ${reverse ? "reversed" : "forward"}: JAX's`, () => {
      const row = vector(flat(x));
      const f = (x: k.AnyTensor): k.AnyTensor => library[name](x, 0, { reverse });
      const steepness = (x: k.AnyTensor): k.AnyTensor => {
        const [y, pullback] = k.vjp(f, x);
        return k.sum(k.square(pullback(wave(Math.cos, y.shape))[0]));
      };
      const [y, pullback] = k.vjp(f, row);
      assertClose(y.toArray(), numbers(value), 1e-12, "value");
      assertClose(
        pullback(wave(Math.cos, y.shape))[0].toArray(),
        numbers(gradient),
        1e-11,
        "slope",
      );
      const [again] = k.vjp(steepness, row)[1](k.tensor(1, "float64"));
      assertClose(again.toArray(), numbers(second), 1e-11, "second derivative");
    });
  }

  Deno.test(`${name} along axes: JAX's`, () => {
    const x = wave(Math.sin, [3, 4]);
    for (const axis of [0, 1] as const) {
      const expected = numbers(axes[name][axis]);
      assertClose(library[name](x, axis).toArray(), expected, 1e-12, `axis ${axis}`);
      assertClose(library[name](x, axis - 2).toArray(), expected, 1e-12, `axis ${axis - 2}`);
    }
    assertClose(library[name](x).toArray(), numbers(axes[name].flat), 1e-12, "flattened");
  });
}

Deno.test("running functions of integers keep their dtype and wrap around, as JAX's", () => {
  for (const [name, expected] of Object.entries(integers)) {
    const y = library[name as Name](k.tensor([2000000000, 2000000000, -3, 7], "int32"));
    assertEquals([y.dtype, y.toArray()], ["int32", numbers(expected)], name);
  }
});

Deno.test("booleans are counted and multiplied, but have no running maximum", () => {
  const x = k.tensor([true, true, false, true]);
  assertEquals([k.cumsum(x).dtype, k.cumsum(x).toArray()], ["int32", [1, 2, 2, 3]]);
  assertEquals(k.cumprod(x).toArray(), [1, 1, 0, 0]);
  assertThrows(() => k.cummax(x), k.DTypeError, "cummax: needs float32");
  assertEquals(k.cumlogsumexp(k.tensor([0], "int32")).dtype, "float32");
});

const combine: Readonly<Record<Name, (seen: readonly number[]) => number>> = {
  cumsum: (seen) => seen.reduce((a, b) => a + b),
  cumprod: (seen) => seen.reduce((a, b) => a * b),
  cummax: (seen) => Math.max(...seen),
  cummin: (seen) => Math.min(...seen),
  cumlogsumexp: (seen) => {
    const largest = Math.max(...seen);
    return largest + Math.log(seen.reduce((total, x) => total + Math.exp(x - largest), 0));
  },
};

Deno.test("a running function is the function of all elements so far", () => {
  const rows = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), {
    minLength: 1,
    maxLength: 9,
  });
  fc.assert(
    fc.property(rows, fc.boolean(), (row, reverse) => {
      for (const [name, all] of Object.entries(combine) as [Name, typeof combine[Name]][]) {
        const found = library[name](vector(row), 0, { reverse });
        const expected = row.map((_, i) => all(reverse ? row.slice(i) : row.slice(0, i + 1)));
        assertClose(found.toArray(), expected, 1e-12, name);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("cumsum and diff undo each other", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1 }), (row) => {
      const x = vector([0, ...row]);
      assertEquals([...k.diff(k.cumsum(x)).data], row);
    }),
  );
});

Deno.test("diff: JAX's, of any order and along any axis", () => {
  const x = wave(Math.sin, [3, 4]);
  for (const { n, axis, value } of diff) {
    const y = k.diff(x, n, axis);
    assertEquals(y.shape[axis], Math.max(x.shape[axis] - n, 0));
    assertClose(y.toArray(), numbers(value), 1e-12, `order ${n} along ${axis}`);
  }
  const answers = k.diff(k.tensor([true, false, false, true]));
  assertEquals([answers.dtype, answers.toArray()], ["bool", numbers(diffOfBooleans)]);
});
