/** Scalers measure and scale as scikit-learn's, and take back what they did. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { jit, ShapeError, type Tensor, tensor, zeros } from "@katachi/katachi";
import { type Measured, minMax, robust, standardize } from "@katachi/katachi/data";
import { checkGrads } from "@katachi/katachi/testing";
import oracle from "../fixtures/oracle/scaling.json" with { type: "json" };

const table = (values: number[][]) =>
  tensor(values, "float64") as Tensor<[number, number], "float64">;

/** Equal up to a part of the largest number in the column. */
function assertClose(actual: number[][], expected: number[][], name: string, within = 1e-12): void {
  assertEquals(actual.length, expected.length, name);
  for (const [i, row] of expected.entries()) {
    for (const [j, value] of row.entries()) {
      const largest = Math.max(1, ...expected.map((row) => Math.abs(row[j])));
      assertAlmostEquals(actual[i][j], value, within * largest, `${name}[${i}][${j}]`);
    }
  }
}

Deno.test("what is scaled is what scikit-learn scales", () => {
  for (const { name, x, new: more, ...expected } of oracle.cases) {
    const [train, test] = [table(x), table(more)];
    const wide = minMax.fit(train, { range: [-1, 3] });
    const scaled = {
      standardize: (x: typeof train) => standardize(standardize.fit(train), x),
      minMax: (x: typeof train) => minMax(minMax.fit(train), x),
      minMaxWide: (x: typeof train) => minMax(wide, x),
      robust: (x: typeof train) => robust(robust.fit(train), x),
    };
    // A value of 1e7 has 2e-9 between neighbours, of which the deviations are made.
    const within = name === "far away" ? 1e-8 : 1e-12;
    for (const scaler of ["standardize", "minMax", "minMaxWide", "robust"] as const) {
      const f = scaled[scaler];
      assertClose(f(train).toArray(), expected[scaler].x, `${name}, ${scaler}`, within);
      assertClose(f(test).toArray(), expected[scaler].new, `${name}, ${scaler}, new`, within);
    }
  }
});

const tables = fc.integer({ min: 1, max: 4 }).chain((columns) =>
  fc.array(
    fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
      minLength: columns,
      maxLength: columns,
    }),
    { minLength: 1, maxLength: 8 },
  )
);

Deno.test("inverting gives back what was scaled, whatever it was fitted on", () => {
  fc.assert(fc.property(tables, tables, (fitted, values) => {
    fc.pre(fitted[0].length === values[0].length);
    const [train, x] = [table(fitted), table(values)];
    const range = [-2, 5] as const;
    // Nearly constant features make numbers of which little is left to take back.
    const spread = fitted[0].every((_, j) => {
      const column = fitted.map((row) => row[j]).toSorted((a, b) => a - b);
      return column[0] === column.at(-1) || column.every((v, i) => !i || v - column[i - 1] > 1e-3);
    });
    fc.pre(spread);
    const trips = [
      standardize.invert(standardize.fit(train), standardize(standardize.fit(train), x)),
      minMax.invert(minMax.fit(train, { range }), minMax(minMax.fit(train, { range }), x)),
      robust.invert(robust.fit(train), robust(robust.fit(train), x)),
    ];
    for (const trip of trips) {
      for (const [i, row] of trip.toArray().entries()) {
        for (const [j, value] of row.entries()) assertAlmostEquals(value, values[i][j], 1e-8);
      }
    }
  }));
});

Deno.test("what was fitted on comes out as it should", () => {
  fc.assert(fc.property(tables, (values) => {
    const x = table(values);
    const low = minMax(minMax.fit(x, { range: [-1, 1] }), x).toArray();
    for (const j of values[0].keys()) {
      const column = low.map((row) => row[j]);
      const given = values.map((row) => row[j]);
      const spread = Math.max(...given) - Math.min(...given);
      const constant = spread === 0;
      fc.pre(constant || spread > 1e-12 * Math.max(...given.map(Math.abs)));
      assertEquals(Math.min(...column), -1);
      assertEquals(Math.max(...column), constant ? -1 : 1);
    }
    const { std } = standardize.fit(x);
    for (const [j, deviation] of std.toArray().entries()) {
      assert(deviation > 0);
      if (values.every((row) => row[j] === values[0][j])) assertEquals(deviation, 1);
    }
  }));
});

Deno.test("only the fitted data is measured: other data is on the same scale", () => {
  const scaler = standardize.fit(tensor([[1, 10], [3, 30]]));
  assertEquals(standardize(scaler, tensor([[2, 40], [5, 20]])).toArray(), [[0, 2], [3, 0]]);
  assertEquals(standardize(scaler, tensor([2, 40])).toArray(), [0, 2]); // one row
});

Deno.test("statistics are taken in float64: a large mean leaves the deviation right", () => {
  const x = tensor([4096.25, 4096.5, 4096.75, 4097]);
  const { mean, std } = standardize.fit(x);
  assertEquals(mean.item(), 4096.625);
  assertAlmostEquals(std.item(), Math.sqrt(5 / 64), 1e-15);
});

Deno.test("features run along any axis, or none", () => {
  const x = tensor([[[1, 3], [10, 30]], [[5, 7], [50, 70]]]); // [2, 2, 2]: channels on axis 1
  const channels = standardize.fit(x, { axis: 1 });
  assertEquals(channels.mean.toArray(), [[4], [40]]);
  const last = standardize.fit(x);
  assertEquals(last.mean.toArray(), [16.5, 27.5]);
  const all = minMax.fit(x, { axis: null });
  assertEquals([all.min.item(), all.max.item()], [1, 70]);
  const series = robust.fit(tensor([0, 1, 2, 3, 1000]));
  assertEquals([series.median.item(), series.iqr.item()], [2, 2]);
  const scaled = standardize(channels, x).toArray();
  assertEquals(scaled.map(([a]) => a), scaled.map(([_, b]) => b)); // ten times as much is the same
});

Deno.test("scaling is differentiable, compiles, and leaves no float as float32", () => {
  const train = table([[1, 2], [3, 5], [7, 1]]);
  const scaler = standardize.fit(train);
  checkGrads((x: Tensor<[number, number], "float64">) => standardize(scaler, x), [train]);
  const compiled = jit((x: Tensor<[3, 2], "float32">) => minMax(minMax.fit(x), x));
  assertEquals(compiled(tensor([[1, 2], [3, 5], [7, 2]])).toArray(), [
    [0, 0],
    [Math.fround(1 / 3), 1],
    [1, 0],
  ]);
  const pixels = tensor([[0, 51], [255, 102]], "int32");
  assertEquals(minMax(minMax.fit(pixels), pixels).dtype, "float32");
});

Deno.test("types: one number for each feature", () => {
  const x = zeros([10, 3, 4]);
  assertType<
    IsExact<ReturnType<typeof standardize.fit<[10, 3], "float32">>, Measured<"mean" | "std", [3]>>
  >(true);
  assertType<IsExact<typeof last.mean, Tensor<[4], "float64">>>(true);
  const last = standardize.fit(x);
  const channels = minMax.fit(x, { axis: 1, range: [-1, 1] });
  assertType<IsExact<typeof channels.low, Tensor<[3, 1], "float64">>>(true);
  const one = robust.fit(x, { axis: null });
  assertType<IsExact<typeof one.iqr, Tensor<[], "float64">>>(true);
  const series = standardize.fit(zeros([7]));
  assertType<IsExact<typeof series.std, Tensor<[], "float64">>>(true);
  assertType<IsExact<typeof scaled, Tensor<[2, 3, 4], "float32">>>(true);
  const scaled = standardize(last, zeros([2, 3, 4]));
  assertEquals([...scaled.shape], [2, 3, 4]);

  assertThrows(
    // @ts-expect-error: "standardize: [4] does not broadcast to [2, 3]"
    () => standardize(last, zeros([2, 3])),
    ShapeError,
    "standardize: [4] does not broadcast to [2, 3]",
  );
  assertThrows(
    // @ts-expect-error: "robust.fit: axis 3 is out of range for [10, 3, 4]"
    () => robust.fit(x, { axis: 3 }),
    ShapeError,
    "robust.fit: axis 3 is out of range for [10, 3, 4]",
  );
});

Deno.test("errors: nothing to measure, a range that does not rise", () => {
  assertThrows(
    () => standardize.fit(zeros([0, 3])),
    RangeError,
    "standardize.fit: nothing to measure in [0, 3]",
  );
  assertThrows(
    () => minMax.fit(zeros([2, 3]), { range: [1, 1] }),
    RangeError,
    "minMax.fit: the range must rise, got [1, 1]",
  );
});
