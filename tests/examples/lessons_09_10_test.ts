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
