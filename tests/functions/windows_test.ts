/** Pools against JAX's figures (`tools/oracle_windows.py`) and against their definition. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import { assertClose, type Figure, figures, indices, numbers, wave } from "../fixtures/figures.ts";

type Name = "maxPool" | "minPool" | "sumPool" | "avgPool" | "avgPool with padding";

interface Figures {
  readonly value: Figure;
  /** Missing where JAX has none. */
  readonly gradient?: Figure;
}

const { pools, rows } = await figures<{
  readonly pools: readonly {
    readonly input: number[];
    readonly options: Record<string, unknown>;
    readonly results: Readonly<Record<Name, Figures>>;
  }[];
  readonly rows: Readonly<
    Record<
      string,
      {
        readonly row: Figure;
        readonly results: readonly {
          readonly padding: number;
          readonly maxPool: Figures;
          readonly minPool: Figures;
        }[];
      }
    >
  >;
}>("windows");

type Pool = (x: k.AnyTensor, options: unknown) => k.AnyTensor;

const functions: Readonly<Record<Name, Pool>> = {
  maxPool: k.maxPool as unknown as Pool,
  minPool: k.minPool as unknown as Pool,
  sumPool: k.sumPool as unknown as Pool,
  avgPool: k.avgPool as unknown as Pool,
  "avgPool with padding": (x, options) =>
    (k.avgPool as unknown as Pool)(x, { ...options as object, countIncludePad: true }),
};

function agrees(f: (x: k.AnyTensor) => k.AnyTensor, x: k.AnyTensor, expected: Figures): void {
  const [y, pullback] = k.vjp(f, x);
  assertClose(y.toArray(), numbers(expected.value), 1e-12, "value");
  if (expected.gradient === undefined) return;
  const [gradient] = pullback(wave(Math.cos, y.shape));
  assertClose(gradient.toArray(), numbers(expected.gradient), 1e-12, "gradient");
}

for (const { input, options, results } of pools) {
  for (const [name, expected] of Object.entries(results) as [Name, Figures][]) {
    Deno.test(`${name} of [${input}], ${JSON.stringify(options)}: JAX's, with ties`, () => {
      const x = wave((i) => Math.round(2 * Math.sin(i)), input);
      agrees((x) => functions[name](x, options), x, expected);
    });
  }
}

for (const [label, { row, results }] of Object.entries(rows)) {
  for (const name of ["maxPool", "minPool"] as const) {
    Deno.test(`${name} of a row: JAX's values and gradients (${label})`, () => {
      const x = k.fromBuffer(Float64Array.from(numbers(row) as number[]), [1, 1, 5]);
      for (const { padding, [name]: expected } of results) {
        agrees((x) => functions[name](x, { window: 3, stride: 1, padding }), x, expected);
      }
    });
  }
}

const pooled = fc.array(
  fc.record({
    input: fc.nat(6),
    window: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    padding: fc.tuple(fc.nat(2), fc.nat(2)),
  }),
  { minLength: 1, maxLength: 3 },
).filter((axes) =>
  axes.every(({ input, window, dilation, padding: [before, after] }) =>
    input + before + after > (window - 1) * dilation
  )
);

Deno.test("a pool is what its definition says, in any number of axes", () => {
  fc.assert(
    fc.property(pooled, (axes) => {
      const input = axes.map(({ input }) => input);
      const x = wave((i) => Math.sin(3 * i), [2, 1, ...input]);
      const size = input.reduce((a, b) => a * b, 1);
      const windows = [0, 1].flatMap((image) =>
        indices(
          axes.map(({ input, window, stride, dilation, padding: [before, after] }) =>
            Math.floor((input + before + after - (window - 1) * dilation - 1) / stride) + 1
          ),
        ).map((position) =>
          indices(axes.map(({ window }) => window)).map((offset) =>
            axes.map(({ stride, dilation, padding: [before] }, i) =>
              position[i] * stride + offset[i] * dilation - before
            )
          ).filter((index) => index.every((i, axis) => i >= 0 && i < input[axis])).map((index) =>
            x.data[image * size + index.reduce((sum, i, axis) => sum * input[axis] + i, 0)]
          )
        )
      );
      const options = Object.fromEntries(
        (["window", "stride", "dilation", "padding"] as const).map((name) => [
          name,
          axes.map((one) => one[name]),
        ]),
      );
      const total = (seen: readonly number[]) => seen.reduce((a, b) => a + b, 0);
      const room = axes.reduce((product, { window }) => product * window, 1);
      const definitions: Record<Name, (seen: readonly number[]) => number> = {
        maxPool: (seen) => Math.max(...seen),
        minPool: (seen) => Math.min(...seen),
        sumPool: total,
        avgPool: (seen) => total(seen) / seen.length,
        "avgPool with padding": (seen) => total(seen) / room,
      };
      for (const [name, definition] of Object.entries(definitions) as [Name, typeof total][]) {
        const found = functions[name](x, options);
        assertClose([...found.data], windows.map(definition), 1e-12, name);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("the gradient of maxPool can be differentiated again", () => {
  const x = k.tensor([[[1, 3, 2, 4, 4, 0]]], "float64");
  const cubed = (x: k.Tensor<[1, 1, 6], "float64">) =>
    k.sum(k.pow(k.maxPool(x, { window: 3, stride: 1 }), 3));
  const steepness = (x: k.Tensor<[1, 1, 6], "float64">) => k.sum(k.square(k.grad(cubed)(x)));
  // The 3 is the largest of one window, the first 4 of three: (3 m x²)² = 9 m² x⁴ for m windows.
  assertEquals(k.grad(steepness)(x).toArray(), [[[0, 36 * 27, 0, 9 * 36 * 64, 0, 0]]]);
});
