/** Lessons 11 to 13: what they print is so. */
import { assert, assertAlmostEquals } from "@std/assert";
import { lesson } from "./lesson.ts";

Deno.test("11: a sigmoid's gradient dies away by the factor of theory, and only the others learn", async () => {
  const { figure } = await lesson("11_vanishing_gradients.ts");
  const factor = figure("sigmoid: factor per layer");
  assertAlmostEquals(factor, figure("sigmoid: expected factor"), 0.02);
  assert(factor < 0.25);
  assertAlmostEquals(figure("ReLU: expected factor"), 1, 0.01);
  assertAlmostEquals(figure("ReLU: factor per layer"), 1, 0.15);
  assert(figure("sigmoid: first layer") < 1e-5 * figure("sigmoid: last layer"));
  assert(figure("tanh, skip: first layer") > 0.5 * figure("tanh, skip: last layer"));
  assertAlmostEquals(figure("sigmoid: loss"), Math.LN2, 0.005);
  assert(figure("ReLU: loss") < 0.1);
  assert(figure("tanh, skip: loss") < 0.1);
});

Deno.test("12: the size of what goes through many layers is that of theory, and batch norm forgives", async () => {
  const { figure } = await lesson("12_initialization.ts");
  assertAlmostEquals(figure("ReLU, Xavier: factor per layer"), 1 / 2, 0.05);
  assertAlmostEquals(figure("ReLU, He: factor per layer"), 1, 0.08);
  assertAlmostEquals(figure("ReLU, ZerO: factor per layer"), 1, 1e-6);
  assertAlmostEquals(figure("tanh, N(0, 0.01²): factor per layer"), 256e-4, 0.002);
  assertAlmostEquals(
    figure("sine, SIREN: layer 10"),
    figure("sine, SIREN: expected at last"),
    0.01,
  );
  assert(figure("tanh, N(0, 1): share beyond ±0.95") > 0.85);
  assert(figure("tanh, Xavier: share beyond ±0.95") < 0.01);
  assert(figure("100 times smaller") > 5 * figure("He"));
  assert(figure("100 times smaller, batch norm") < 0.05);
  assert(figure("He, batch norm") < 0.05);
});

Deno.test("13: descent and momentum shrink the distance as theory says; others need fewer steps", async () => {
  const { figure } = await lesson("13_optimizers.ts");
  assertAlmostEquals(figure("gradient descent"), 63 / 65, 1e-4);
  assertAlmostEquals(figure("momentum"), 7 / 9, 0.01);
  for (const name of ["momentum", "Nesterov's", "Adam"]) {
    assert(figure(`steps of ${name}`) < 0.7 * figure("steps of descent"), name);
  }
  assert(figure("steps of Adam on the network") < figure("steps of momentum on the network"));
});
