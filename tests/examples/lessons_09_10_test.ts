/** Lessons 9 and 10: what they print is so. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { lesson } from "./lesson.ts";

Deno.test("9: steps, pieces and learned units approximate as theory says, and depth makes teeth", async () => {
  const { figure } = await lesson("09_universal_approximation.ts");
  for (const kind of ["boxes", "pieces"]) {
    const [error, bound] = [figure(`64 ${kind}: error`), figure(`64 ${kind}: bound`)];
    assert(error <= bound && error > 0.95 * bound, `${error} of ${bound}`);
  }
  assertAlmostEquals(figure("the error of boxes falls with the power"), -1, 0.1);
  assertAlmostEquals(figure("the error of pieces falls with the power"), -2, 0.1);
  assert(figure("8 learned units: error") < figure("64 boxes: error"));

  assertEquals(figure("straight pieces of 10 layers"), 2 ** 10);
  assertEquals(figure("32 units put together by hand: error"), 0);
  assert(figure("10 units learned: error") >= 1 / 2);
  assertAlmostEquals(figure("8 layers: error"), 4 ** -9, 1e-9);
  assertAlmostEquals(figure("one layer: error"), 1 / (4 * 24 ** 2), 1e-6);

  assertAlmostEquals(figure("four steps, where the bars meet"), 2, 1e-6);
  assertAlmostEquals(figure("and one more, where the bars meet"), 1, 1e-6);
  assertAlmostEquals(figure("four steps, on one bar"), 1, 1e-6);
  assertAlmostEquals(figure("and one more, on one bar"), 0, 1e-6);
  assertAlmostEquals(figure("the mean error falls with the power"), -1, 0.05);
});

Deno.test("10: test errors have their least at the truth's degree, bias and variance are those of theory", async () => {
  const { figure } = await lesson("10_generalization.ts");
  assertEquals(figure("degrees at which the training error rises"), 0);
  assertEquals(figure("the degree of the least test error"), 3);
  assertAlmostEquals(
    figure("degree 12: training error"),
    figure("degree 12: expected training error"),
    0.02,
  );

  // p/n of the noise, for p weights and n points.
  for (const degree of [1, 3, 12]) {
    const expected = 0.25 * (degree + 1) / 20;
    assertAlmostEquals(figure(`degree ${degree}: variance`) / expected, 1, 0.1);
  }
  assert(figure("degree 1: bias²") > 0.01);
  assert(figure("degree 3: bias²") < 0.001 && figure("degree 12: bias²") < 0.001);
  assert(figure("the sum differs from the test error by a part of") < 0.04);

  const bound = figure("noise and what no line can be");
  assertAlmostEquals(figure("degree 1, 200 points: test error"), bound, 0.15);
  assertAlmostEquals(figure("degree 9, 200 points: test error"), 0.25, 0.05);
  assert(figure("degree 9, 12 points: test error") > 10);

  const decayed = figure("weight decay chosen by validation: test error");
  assert(decayed < 0.1 * figure("degree 12: test error") && decayed < 0.45);
  assert(figure("the part of the sets for which that is better") > 0.9);
  const stopped = figure("early stopping: test error");
  assert(stopped < figure("trained to the end: test error"));

  for (const kind of ["polynomials", "radial bases", "learned"]) {
    assertAlmostEquals(figure(`1 input, ${kind}: test error`), 0.01, 0.01);
  }
  const learned = figure("8 inputs, learned: test error");
  assert(learned < 0.5 * figure("8 inputs, polynomials: test error"));
  assert(learned < 0.5 * figure("8 inputs, radial bases: test error"));
});
