import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Lesson, lesson } from "./lesson.ts";

/** A lesson that runs once, for all tests of it. */
function once(file: string): () => Promise<Lesson> {
  let run: Promise<Lesson> | undefined;
  return () => run ??= lesson(file);
}
const logisticRegression = once("05_logistic_regression.ts");
const perceptrons = once("06_perceptrons.ts");
const backpropagation = once("07_backpropagation.ts");
const xorBoundaries = once("08_xor_boundaries.ts");

/** That numbers do not rise above a bound; NaN does. */
function assertAtMost(found: number, bound: number, what: string): void {
  assert(found <= bound, `${what} is ${found}, above ${bound}`);
}

Deno.test("05_logistic_regression.ts: by hand or by grad, steepest or L-BFGS: one minimum", async () => {
  const { figure } = await logisticRegression();
  assertAtMost(figure("gradient by hand - grad"), 1e-12, "the gradients' difference");
  assertAtMost(figure("difference of the losses"), 1e-9, "the losses' difference");
  assertAtMost(figure("largest difference of the weights"), 1e-3, "the weights' difference");
  const steps = figure("steps of steepest descent");
  assert(steps > 10 * figure("steps of L-BFGS"), `steepest descent took ${steps}`);
  assert(steps > 5 * figure("steps of steepest descent, standardized"), "standardizing helps");
});

Deno.test("05_logistic_regression.ts: the line is close to the best that there is", async () => {
  const { figure } = await logisticRegression();
  assertAlmostEquals(figure("weight of x1"), 2, 0.6);
  assertAlmostEquals(figure("weight of x2"), 0.2, 0.06);
  assertAlmostEquals(figure("offset"), 0, 0.5);
  // Φ(√2), by a table of the normal distribution.
  assertAlmostEquals(figure("best accuracy of any line"), 0.92135, 1e-4);
  assertAtMost(figure("accuracy on all that may come"), 0.92135 + 1e-4, "the accuracy");
  assert(figure("accuracy on all that may come") > 0.915);
});

Deno.test("05_logistic_regression.ts: the weights of separable classes grow as a logarithm", async () => {
  const { figure } = await logisticRegression();
  const expected = figure("log(10) / margin");
  assertAlmostEquals(expected, Math.log(10) / Math.sqrt(2), 1e-3);
  assertAlmostEquals(
    figure("growth of |w| from a tenth of the steps"),
    expected,
    0.1 * expected,
  );
  assertAlmostEquals(figure("|w| at the last step, held"), figure("|w| at the held minimum"), 2e-3);
});

Deno.test("06_perceptrons.ts: one computes AND, OR and NAND, and three compute XOR", async () => {
  const { figure } = await perceptrons();
  for (const name of ["AND", "OR", "NAND", "XOR"]) assertEquals(figure(`errors of ${name}`), 0);
  // The numbers of threshold functions (OEIS A000609).
  assertEquals(figure("functions of 2 inputs found"), 14);
  assertEquals(figure("functions of 3 inputs found"), 104);
  assertEquals(figure("functions of 4 inputs found"), 1882);
  assertEquals(figure("XOR among them"), 0);
  assertEquals(figure("its opposite among them"), 0);
});

Deno.test("06_perceptrons.ts: the rule keeps Novikoff's bound, and circles at XOR", async () => {
  const { figure } = await perceptrons();
  for (const [name, bound] of [["AND", 51], ["OR", 27], ["NAND", 51]] as const) {
    assert(figure(`least y u·x of ${name}`) >= 1);
    assertEquals(figure(`bound on the mistakes of ${name}`), bound);
    assertAtMost(figure(`most mistakes of ${name} in 20 orders`), bound, `mistakes of ${name}`);
    assertEquals(figure(`most errors of ${name} at the end`), 0);
  }
  assert(figure("passes round the circle of XOR") >= 1);
  // At least one in each pass.
  assert(figure("mistakes of XOR in 20 passes") >= 20);
});

Deno.test("06_perceptrons.ts: descent stands still on a step, and not on a sigmoid", async () => {
  const { figure } = await perceptrons();
  assertEquals(figure("largest slope of the step at the starts"), 0);
  assertEquals(figure("largest move of the weights by the step"), 0);
  const before = figure("runs of the step that begin with AND");
  assertEquals(figure("runs of the step that end with AND"), before);
  assert(before < 10, `${before} of 20 random starts are AND`);
  assert(figure("least slope of the sigmoid at the starts") > 1e-3);
  assertEquals(figure("runs of the sigmoid that end with AND"), 20);
});

Deno.test("07_backpropagation.ts: by hand is by grad, for three times the network's cost", async () => {
  const { figure } = await backpropagation();
  assertAtMost(figure("by hand - grad, at most"), 1e-13, "the gradients' difference");
  assertAtMost(figure("by hand - finite differences, at most"), 1e-6, "the numerical difference");
  for (const way of ["gradient by hand", "gradient by grad"]) {
    const ratio = figure(`${way} / network`);
    assert(ratio > 2 && ratio < 4, `the ${way} costs ${ratio} times the network`);
  }
  // Once more than the parameters of 2, 256, 256, 1, and the figure has four digits.
  const parameters = 2 * 256 + 256 + 256 * 256 + 256 + 256 + 1;
  assertAlmostEquals(figure("finite differences / network"), parameters + 1, 5);
});

Deno.test("07_backpropagation.ts: the gradient by hand trains a network", async () => {
  const { figure } = await backpropagation();
  assert(figure("loss at the end") < figure("loss at the start") / 100);
  assertAlmostEquals(figure("loss at the end by grad"), figure("loss at the end"), 1e-6);
  assertAtMost(figure("largest difference of the losses"), 1e-6, "the losses' difference");
});

Deno.test("08_xor_boundaries.ts: one hidden unit cannot do XOR, two can, eight do", async () => {
  const { figure } = await xorBoundaries();
  const starts = figure("random starts");
  assertEquals(figure("width 1, most points right"), 3);
  const least = 0.75 * (Math.log(3) - (2 / 3) * Math.log(2));
  assertAlmostEquals(figure("least loss that one unit can have"), least, 1e-4);
  assert(figure("width 1, least loss") > least - 1e-4);
  for (const width of [2, 3, 8]) {
    assertEquals(figure(`width ${width}, most points right`), 4);
    assertAtMost(figure(`width ${width}, least loss`), 0.01, `the loss of width ${width}`);
  }
  const solved = [1, 2, 3, 8].map((width) => figure(`width ${width}, starts that end with all 4`));
  assertEquals(solved.toSorted((a, b) => a - b), solved);
  assert(solved[1] > 0 && solved[1] < starts, `width 2 solves it from ${solved[1]} starts`);
  assert(solved[3] >= 0.9 * starts, `width 8 solves it from ${solved[3]} starts`);
});

Deno.test("08_xor_boundaries.ts: n lines cut the plane into 1 + n + n(n-1)/2 pieces", async () => {
  const { output, figure } = await xorBoundaries();
  const rows = Array.from(
    output.matchAll(/^ +(\d+) +(\d+) +(\d+) +(\d+)$/gm),
    ([, ...row]) => row.map(Number),
  );
  assertEquals(rows.map(([n]) => n), [2, 3, 4, 8, 16, 32]);
  for (const [n, near, plane, bound] of rows) {
    assertEquals(bound, 1 + n + (n * (n - 1)) / 2);
    assertEquals(plane, bound);
    assert(near >= 2 && near <= bound, `${near} pieces of ${n} units`);
  }
  assertEquals(figure("pieces of 8 units on the whole plane"), 37);
  const pieces = figure("pieces of 8 units near the origin");
  assertEquals(figure("different slopes of 8 units near the origin"), pieces);
  assertAtMost(figure("largest difference of slopes within a piece"), 1e-12, "the difference");
});

Deno.test("08_xor_boundaries.ts: without a function between them, layers are one", async () => {
  const { figure } = await xorBoundaries();
  assertAtMost(figure("five layers - one layer, at most"), 1e-12, "the difference");
  assertEquals(figure("most points right by any of 10000 lines"), 3);
  assertEquals(figure("squared error with no function between"), 0.25);
  assertAtMost(figure("largest distance from 1/2 with no function between"), 1e-4, "the distance");
  assertAtMost(figure("squared error with tanh between"), 1e-6, "the error with tanh");
});
