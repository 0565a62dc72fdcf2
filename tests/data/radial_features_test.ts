/** Radial features are scikit-learn's Gaussian kernel; they can be learned. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import { random, ShapeError, type Tensor, tensor, zeros } from "@katachi/katachi";
import { radialFeatures } from "@katachi/katachi/data";
import { checkGrads } from "@katachi/katachi/testing";
import oracle from "../fixtures/oracle/features.json" with { type: "json" };

Deno.test("values are those of the RBF kernel", () => {
  const { x, centers, width, features } = oracle.radial;
  const made = radialFeatures(
    tensor(x, "float64") as Tensor<[number, 3], "float64">,
    tensor(centers, "float64") as Tensor<[number, 3], "float64">,
    width,
  ).toArray();
  assertEquals(made.length, features.length);
  for (const [i, row] of features.entries()) {
    for (const [j, value] of row.entries()) assertAlmostEquals(made[i][j], value, 1e-13);
  }
});

Deno.test("1 at the center, less the farther away; each center may have its width", () => {
  const centers = tensor([[0], [10]]);
  const [at, near, far] = radialFeatures(tensor([[0], [1], [3]]), centers, 2).toArray();
  assertEquals(at[0], 1);
  assert(at[0] > near[0] && near[0] > far[0] && far[0] > 0);
  const [row] = radialFeatures(tensor([[5]]), centers, tensor([1, 5])).toArray();
  assertAlmostEquals(row[0], Math.exp(-12.5), 1e-8);
  assertAlmostEquals(row[1], Math.exp(-0.5), 1e-6);
});

Deno.test("gradients of points, centers and widths", () => {
  const [a, b] = random.split(random.key(0));
  const options = { dtype: "float64" } as const;
  checkGrads(
    (
      x: Tensor<[2, 3], "float64">,
      centers: Tensor<[4, 3], "float64">,
      width: Tensor<[4], "float64">,
    ) => radialFeatures(x, centers, width),
    [
      random.normal(a, [2, 3], options),
      random.normal(b, [4, 3], options),
      tensor([0.5, 1, 1.5, 2], "float64"),
    ],
  );
});

Deno.test("types: one feature for each center", () => {
  const features = radialFeatures(zeros([7, 5, 3]), zeros([4, 3], "float64"), 1);
  assertType<IsExact<typeof features, Tensor<[7, 5, 4], "float64">>>(true);
  assertEquals([...features.shape], [7, 5, 4]);
  assertThrows(
    // @ts-expect-error: "radialFeatures: centers [4, 2] are no rows of points as in [7, 3]"
    () => radialFeatures(zeros([7, 3]), zeros([4, 2]), 1),
    ShapeError,
    "radialFeatures: centers [4, 2] are no rows of points as in [7, 3]",
  );
  assertThrows(
    // @ts-expect-error: "radialFeatures: [3] does not broadcast to [4]"
    () => radialFeatures(zeros([7, 2]), zeros([4, 2]), zeros([3])),
    ShapeError,
    "radialFeatures: [3] does not broadcast to [4]",
  );
});
