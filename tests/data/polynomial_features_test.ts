/** Polynomial features are the products that their names say, in scikit-learn's order. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { jit, ShapeError, type Tensor, tensor, zeros } from "@katachi/katachi";
import { polynomialFeatureNames, polynomialFeatures } from "@katachi/katachi/data";
import { checkGrads } from "@katachi/katachi/testing";
import oracle from "../fixtures/oracle/features.json" with { type: "json" };

const table = (values: number[][]) =>
  tensor(values, "float64") as Tensor<[number, number], "float64">;

Deno.test("each column is the product that its name says", () => {
  const cases = fc.record({
    row: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 4 }),
    degree: fc.nat(4),
    interactionOnly: fc.boolean(),
    includeBias: fc.boolean(),
  });
  fc.assert(fc.property(cases, ({ row, degree, ...options }) => {
    fc.pre(degree > 0 || options.includeBias);
    const names = polynomialFeatureNames(row.length, degree, options);
    const [values] = polynomialFeatures(table([row]), degree, options).toArray();
    const products = names.map((name) =>
      name === "1" ? 1 : name.split(" ").reduce((product, factor) => {
        const [, feature, power = "1"] = factor.match(/^x(\d+)(?:\^(\d+))?$/)!;
        return product * row[Number(feature)] ** Number(power);
      }, 1)
    );
    assertEquals(values.map((value) => value + 0), products.map((product) => product + 0));
    assertEquals(new Set(names).size, names.length);
  }));
});

Deno.test("values, order and names are scikit-learn's", () => {
  for (const { x, degree, options, features, names } of oracle.polynomial) {
    assertEquals(polynomialFeatureNames(x[0].length, degree, options), names);
    const made = polynomialFeatures(table(x), degree, options).toArray();
    assertEquals(made.length, features.length);
    for (const [i, row] of features.entries()) {
      assertEquals(made[i].length, row.length);
      for (const [j, value] of row.entries()) assertAlmostEquals(made[i][j], value, 1e-12);
    }
  }
});

Deno.test("any lead, any number dtype, gradients, compiled", () => {
  assertEquals(polynomialFeatures(tensor([2, 3], "int32"), 2).toArray(), [1, 2, 3, 4, 6, 9]);
  assertEquals([...polynomialFeatures(zeros([5, 4, 2]), 3).shape], [5, 4, 10]);
  assertEquals([...polynomialFeatures(zeros([0, 2]), 2).shape], [0, 6]);
  const f = (x: Tensor<[2, 3], "float64">) => polynomialFeatures(x, 3, { interactionOnly: true });
  const x = tensor([[1, 2, 3], [0.5, -1, 2]], "float64");
  checkGrads(f, [x]);
  assertEquals(jit(f)(x).toArray(), f(x).toArray());
});

Deno.test("types: how many columns", () => {
  const x = zeros([10, 3]);
  const cubic = polynomialFeatures(x, 3);
  assertType<IsExact<typeof cubic, Tensor<[10, 20], "float32">>>(true);
  assertEquals([...cubic.shape], [10, 20]);
  const pairs = polynomialFeatures(x, 2, { interactionOnly: true, includeBias: false });
  assertType<IsExact<typeof pairs, Tensor<[10, 6], "float32">>>(true);
  assertEquals([...pairs.shape], [10, 6]);
  const all = polynomialFeatures(x, 7, { interactionOnly: true });
  assertType<IsExact<typeof all, Tensor<[10, 8], "float32">>>(true);
  assertEquals([...all.shape], [10, 8]);
  const one = polynomialFeatures(zeros([1]), 12);
  assertType<IsExact<typeof one, Tensor<[13], "float32">>>(true);
  assertEquals([...one.shape], [13]);
  const pixels = polynomialFeatures(zeros([1, 64]), 3);
  assertType<IsExact<typeof pixels, Tensor<[1, 47905], "float32">>>(true);
  assertEquals([...pixels.shape], [1, 47905]);
  const bias = Number("1") > 0;
  const unknown = polynomialFeatures(x, 2, { includeBias: bias });
  assertType<IsExact<typeof unknown, Tensor<[10, number], "float32">>>(true);
  const some = polynomialFeatures(x, Number("2"));
  assertType<IsExact<typeof some, Tensor<[10, number], "float32">>>(true);
});

Deno.test("errors: no features, no degree, no column", () => {
  assertThrows(
    // @ts-expect-error: "polynomialFeatures: needs an axis of features, got a scalar"
    () => polynomialFeatures(tensor(1), 2),
    ShapeError,
    "polynomialFeatures: needs an axis of features, got a scalar",
  );
  assertThrows(
    () => polynomialFeatures(zeros([2, 2]), -1),
    RangeError,
    "polynomialFeatures: the degree must be a whole number from 0 on, got -1",
  );
  assertThrows(
    () => polynomialFeatureNames(2, 0, { includeBias: false }),
    RangeError,
    "polynomialFeatureNames: degree 0 without a bias leaves no column",
  );
});
