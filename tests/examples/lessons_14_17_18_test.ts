/** Lessons 14, 17 and 18: what they print is so. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { lesson } from "./lesson.ts";

Deno.test("17: ways around blocks and normalization let a deep network learn, and its state counts", async () => {
  const { figure } = await lesson("17_residual_networks.ts");
  assertEquals(figure("bytes for a picture"), 1 + 3 * 32 * 32);
  assert(figure("a pixel read less the pixel written, at most") <= 0.5 / 255 + 1e-6);
  const residual = figure("residual, 15 layers");
  assert(residual < figure("plain, 15 layers") - 0.3);
  assert(residual < figure("residual, 5 layers") - 0.3);
  for (const name of ["residual, 15 layers, no norm", "plain, 5 layers, no norm"]) {
    assertAlmostEquals(figure(name), Math.LN10, 0.05, name);
  }
  assert(figure("accuracy") > 0.25);
  assert(figure("accuracy with the first means and variances") < 0.2);
});

Deno.test("18: halved weights are the vote of all thinned networks, and dropout slows over-fitting", async () => {
  const { figure } = await lesson("18_dropout.ts");
  // Exact for one hidden layer, and only there, and only for the geometric mean.
  assert(figure("geometric mean less halved network, at most") < 1e-14);
  assert(figure("arithmetic mean less halved network, at most") > 0.05);
  assert(figure("two layers: geometric mean less halved network, at most") > 1e-3);
  assert(figure("two layers: the same, on average") < 0.03);
  const member = "of a thinned network, on average";
  assert(figure("loss of their geometric mean") < figure(`loss ${member}`) - 0.05);
  assert(figure("accuracy of the halved network") > figure(`accuracy ${member}`));
  // As 1/√m: 16 times as many masks, a quarter of the error.
  assertAlmostEquals(figure("vote of 64: error") / figure("vote of 1024: error"), 4, 1.5);
  assertAlmostEquals(figure("halving: mean in training, in standard errors"), 1, 0.2);
  assertEquals(figure("doubling less halving, with the same masks"), 0);
  assertEquals(figure("doubling less halving, in prediction"), 0);
  const [none, half, most] = ["without", "rate 0.5", "rate 0.8"];
  const end = (name: string) => figure(`${name}: loss on others, at the end`);
  assert(end(none) > 1.15 * end(half) && end(half) > end(most));
  assert(end(none) > 1.3 * figure(`${none}: least loss on the way`));
  for (const side of ["below -3", "above 3"]) {
    assert(figure(side) > 1.3 * figure("amid the data, from -2 to 2"), side);
  }
});
