/** What the first four lessons of the course say, checked against formulas. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { lesson } from "./lesson.ts";

/** Where a function of one valley is lowest, by cutting an interval into thirds. */
function lowest(f: (x: number) => number, low: number, high: number): number {
  for (let i = 0; i < 200; i++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (f(a) < f(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}

/** Figures are printed with four digits. */
function assertFigure(actual: number, expected: number): void {
  assertAlmostEquals(actual, expected, 6e-4 * Math.abs(expected));
}

Deno.test("01_what_learning_is.ts: from each of 5 seeds, descent finds the one best line", async () => {
  for (let seed = 0; seed < 5; seed++) {
    const { figure } = await lesson("01_what_learning_is.ts", { args: ["--seed", String(seed)] });
    assert(Math.abs(figure("by hand less the library's")) < 1e-9);
    for (const name of ["w", "b"]) {
      assert(Math.abs(figure(`slope by ${name}: by hand over grad, less 1`)) < 1e-12);
      assert(Math.abs(figure(`${name} learned less ${name} of the formula`)) < 1e-10);
    }
    // The curvature is 2 by both scaled numbers: (1 - 2 · 0.1)².
    assertFigure(figure("left of the needless error by a step"), 0.64);

    // The data is 12 x - 60 with a deviation of 25. Beyond 4.5 standard errors is one in 100,000.
    assert(
      Math.abs(figure("w learned less the true one, in standard errors")) < 4.5,
      `seed ${seed}`,
    );
    assertAlmostEquals(figure("w learned"), 12, 2.5);
    const [seen, unseen, best] = [
      figure("cones wrong on the days learned from"),
      figure("cones wrong on sixty new days"),
      figure("cones wrong on the new days by the true rule"),
    ];
    assert(seen > 15 && seen < 35, `seed ${seed}: ${seen} cones`);
    assert(unseen / seen > 0.55 && unseen / seen < 1.8, `seed ${seed}: ${seen}, then ${unseen}`);
    assert(unseen / best < 1.25, `seed ${seed}: ${unseen}, where the true rule has ${best}`);
  }
});

Deno.test("02_gradient_descent.ts: lowest points, valleys and learning rates are the known ones", async () => {
  const { figure } = await lesson("02_gradient_descent.ts");
  assertFigure(figure("x after 40 steps"), 3 * 0.8 ** 40);

  // Lambert's W(1/2), to the last digits.
  assertFigure(figure("lowest point of x² + e^-x"), 0.35173371124919584);
  assert(Math.abs(figure("its distance from W(1/2)")) < 1e-15);
  assert(Math.abs(figure("slope there")) < 1e-14);

  const unnamed = (x: number) => -Math.log(1 / (1 + Math.exp(-x)) + 1) / (x * x + 1);
  assertFigure(figure("lowest point without a formula"), lowest(unnamed, -1, 1));
  assertFigure(figure("value at it"), unnamed(lowest(unnamed, -1, 1)));
  assert(Math.abs(figure("slope at it")) < 1e-14);
  assert(figure("curvature at it") > 0);

  // The deepest valleys reach from where x²/4 = acos(-1/25) to a full turn more.
  const peak = (k: number) => Math.sqrt(4 * (2 * Math.PI * k + Math.acos(-1 / 25)));
  const starts = Array.from({ length: 91 }, (_, i) => Math.abs(-9 + i / 5));
  assertEquals(figure("starts"), starts.length);
  assertEquals(
    figure("small steps: ends in the deepest valleys"),
    starts.filter((x) => peak(0) < x && x < peak(1)).length,
  );
  assertEquals(figure("small steps: ends in one of the valleys"), starts.length);
  assertEquals(figure("long steps: ends in the two narrower ones"), 0);
  assert(
    figure("long steps: ends in the deepest valleys") >
      1.5 * figure("small steps: ends in the deepest valleys"),
  );

  for (const rate of [0.1, 1, 1.1]) {
    assertFigure(figure(`x after 50 steps at the rate ${rate}`), 3 * (1 - 2 * rate) ** 50);
  }
  const deepest = 4 * (2 * Math.PI - Math.acos(-1 / 25)); // x² there
  const curvature = 1 / 5 + 5 * Math.cos(deepest / 4) - 2.5 * deepest * Math.sin(deepest / 4);
  for (
    const [name, boundary] of [
      ["x²", 1],
      ["x² + e^-x", 2 / (2 + Math.exp(-0.35173371124919584))],
      ["waves", 2 / curvature],
    ] as const
  ) {
    assertFigure(figure(`${name}: 2 / curvature`), boundary);
    assertAlmostEquals(figure(`${name}: largest rate`), boundary, 2e-3 * boundary);
  }

  assertEquals(figure("x² + e^-x by sgd, less by hand"), 0);
  assert(Math.abs(figure("x² + e^-x by minimize, less by hand")) < 1e-8);
  assert(figure("steps of minimize") < 15);
});

Deno.test("03_differentiation.ts: errors make a V of the known slopes, and grad is exact and cheap", async () => {
  const { figure, output } = await lesson("03_differentiation.ts");
  for (const [dtype, epsilon] of [["float32", 2 ** -23], ["float64", 2 ** -52]] as const) {
    for (const [method, order] of [["forward", 1], ["central", 2], ["five-point", 4]] as const) {
      const line = output.match(new RegExp(`^${dtype} ${method} +(.*)$`, "m"))?.[1] ?? "";
      const [long, short, best, expected, least] = line.split(/ +/).map(Number);
      assertAlmostEquals(long, order, 0.05 * order, line);
      assertAlmostEquals(short, -1, 0.05, line);
      assertAlmostEquals(expected, epsilon ** (1 / (order + 1)), 0.06 * expected, line);
      assert(best > expected / 4 && best < expected * 4, line);
      const rounding = epsilon / expected;
      assert(least > rounding / 10 && least < rounding * 10, line);
    }
    assert(figure(`${dtype}: error of grad`) < epsilon);
    assert(figure(`${dtype}: error of the shortest complex step`) < epsilon);
    assert(figure(`${dtype}: error of grad of grad`) < 2 * epsilon);
    assert(figure(`${dtype}: least error of second differences`) > 1e3 * epsilon);
  }

  const n = figure("numbers");
  assert(figure("evaluations' worth of differences") >= 2 * n);
  assert(figure("evaluations' worth of jacfwd") >= n);
  assert(figure("evaluations' worth of grad") < 2);
  assertAlmostEquals(
    figure("evaluations' worth of grad"),
    figure("evaluations' worth of grad for 4 numbers"),
    0.1,
  );
  assert(figure("differences apart from grad") > 1e-12);
  assert(figure("differences apart from grad") < 1e-7);
  assert(figure("jacfwd apart from grad") < 1e-15);
});

Deno.test("04_the_tape.ts: paths, edges, formulas and grad give the same derivatives", async () => {
  const { figure, output } = await lesson("04_the_tape.ts");
  const x = 0.5;
  const e = Math.exp(x * x);
  const u = x + 3 + e;
  const first = Math.cos(u) * (1 + 2 * x * e);
  const second = -Math.sin(u) * (1 + 2 * x * e) ** 2 + Math.cos(u) * (2 + 4 * x * x) * e;

  // Six steps: two additions of a number, a product, an exponential, a sum, a sine.
  const [tape] = output.match(/tape \(a[^}]*\}/) ?? [""];
  assertEquals(
    Array.from(tape.matchAll(/= (\w+)/g), ([, step]) => step),
    ["add", "mul", "exp", "add", "add", "sin"],
  );
  assertEquals(figure("paths"), 3);
  for (const name of ["sum over the paths", "cos(x + 3 + e^(x²)) (1 + 2x e^(x²))", "grad"]) {
    assertFigure(figure(name), first);
  }
  for (const name of ["paths less grad", "backward by hand less grad", "jvp less grad"]) {
    assert(Math.abs(figure(name)) < 1e-15, name);
  }

  const m = figure("largest power");
  assertEquals(figure("its paths"), m);
  assertEquals(figure("its edges"), 2 * Math.log2(m));
  assertAlmostEquals(figure("its slope by paths, over the formula's"), 1, 1e-9);
  assertAlmostEquals(figure("its slope by edges, over the formula's"), 1, 1e-9);

  for (const name of ["backward through it", "by hand", "grad of grad"]) {
    assertFigure(figure(name), second);
  }
});
