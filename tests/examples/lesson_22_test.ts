/** Lesson 22: what it prints is so. */
import { assert, assertAlmostEquals } from "@std/assert";
import { lesson } from "./lesson.ts";

Deno.test("22: a forecast trained on what decisions cost is further off, and decides better", async () => {
  const { figure } = await lesson("22_decisions.ts");
  // The best order covers the demand with the probability tooFew / (tooFew + tooMany).
  assertAlmostEquals(figure("end to end: share of days covered"), 4 / 5, 0.05);
  assert(figure("forecast: share of days covered") < 0.72);
  assert(figure("end to end: cost") < 0.95 * figure("forecast: cost"));
  assert(figure("end to end: squared error") > figure("forecast: squared error"));

  const [even, forecast, endToEnd, best] = [
    "even spread",
    "forecast",
    "end to end",
    "knowing the returns",
  ].map((name) => figure(`${name}: gain`));
  assert(even < forecast && forecast < endToEnd - 0.3 && endToEnd < best);

  // The gradient through the inner descent tends to the exact one.
  assertAlmostEquals(figure("error: factor per inner step"), 9 / 11, 0.01);
  assert(figure("investor: slope, relative difference") < 1e-6);
});
