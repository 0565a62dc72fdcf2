/** Schedules against PyTorch's, optax's and Keras's, and against their definitions. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { jit, tensor, vmap } from "@katachi/katachi";
import {
  constantSchedule,
  cosineDecay,
  cosineRestarts,
  exponentialDecay,
  inverseTimeDecay,
  joinSchedules,
  linearSchedule,
  oneCycle,
  oneCycleMomentum,
  piecewiseConstant,
  piecewiseLinear,
  type PlateauOptions,
  polynomialSchedule,
  reduceOnPlateau,
  type Schedule,
  warmupCosine,
} from "@katachi/katachi/optim";
import { assertClose, figures } from "../fixtures/figures.ts";

interface Fixtures {
  readonly schedules: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly plateau: {
    readonly series: readonly number[];
    readonly cases: readonly { readonly options: PlateauOptions; readonly rates: number[] }[];
  };
}

const { schedules, plateau } = await figures<Fixtures>("optim_schedules");

const ours: Record<string, Schedule> = {
  "linear": linearSchedule(0.1, 0.7, 40, { begin: 5 }),
  "polynomial": polynomialSchedule(1, 0.1, 60, 2.5, { begin: 7 }),
  "polynomial, root": polynomialSchedule(0, 1, 60, 0.5),
  "exponential": exponentialDecay(0.5, 0.7, { steps: 10 }),
  "exponential, all": exponentialDecay(0.5, 0.7, {
    steps: 10,
    begin: 5,
    staircase: true,
    end: 0.1,
  }),
  "exponential, rising": exponentialDecay(0.1, 1.5, { steps: 10, end: 2 }),
  "StepLR": exponentialDecay(1, 0.3, { steps: 15, staircase: true }),
  "inverseTime": inverseTimeDecay(0.5, 0.7, { steps: 10 }),
  "inverseTime, staircase": inverseTimeDecay(0.5, 0.7, { steps: 10, staircase: true }),
  "cosine": cosineDecay(0.5, 70, { end: 0.1 }),
  "cosine, exponent": cosineDecay(0.5, 70, { end: 0.1, exponent: 1.7 }),
  "CosineAnnealingLR": cosineDecay(1, 99, { end: 0.1 }),
  "warmupCosine": warmupCosine(0.5, 12, 80, { initial: 0.01, end: 0.05, exponent: 1.3 }),
  "restarts": cosineRestarts(1, 13, { end: 0.1 }),
  "restarts, growing": cosineRestarts(1, 3, { growth: 3, end: 0.1 }),
  "restarts, decaying": cosineRestarts(1, 7, { growth: 2, peakDecay: 0.8 }),
  "piecewiseConstant": piecewiseConstant([20, 50], [1, 0.5, 0.05]),
  "piecewiseLinear": piecewiseLinear([[0, 0.5], [20, 1], [50, 0.1], [80, 0.3]]),
  "join": joinSchedules(
    [
      linearSchedule(0, 1, 10),
      exponentialDecay(1, 0.9, { steps: 5 }),
      constantSchedule(0.25),
    ],
    [10, 60],
  ),
  "oneCycle": oneCycle(0.5, 100),
  "oneCycle, linear": oneCycle(0.5, 100, {
    riseFraction: 0.25,
    anneal: "linear",
    divFactor: 10,
    finalDivFactor: 100,
  }),
  "oneCycle, three phases": oneCycle(0.5, 100, { threePhase: true, riseFraction: 0.4 }),
  "oneCycleMomentum": oneCycleMomentum(100),
  "oneCycleMomentum, three phases": oneCycleMomentum(100, {
    threePhase: true,
    base: 0.7,
    peak: 0.9,
  }),
};

const at = (schedule: Schedule, step: number): number => schedule(tensor(step, "int32")).item();

// Keras computes in float32, of numbers up to 1.
const keras = ["inverseTime", "inverseTime, staircase", "restarts, decaying"];

Deno.test("schedules have the values of PyTorch's, optax's and Keras's", () => {
  assertEquals(schedules.map(({ name }) => name).sort(), Object.keys(ours).sort());
  for (const { name, values } of schedules) {
    const found = values.map((_, step) => at(ours[name], step));
    if (keras.includes(name)) assertClose(found, values, 2e-7, name, 1);
    else assertClose(found, values, 1e-12, name);
  }
});

Deno.test("schedules are the same compiled and for many steps at once", () => {
  const steps = tensor(Array.from({ length: 100 }, (_, i) => i), "int32");
  for (const [name, schedule] of Object.entries(ours)) {
    const each = Array.from({ length: 100 }, (_, i) => at(schedule, i));
    const compiled = jit(schedule);
    const once = Array.from({ length: 100 }, (_, i) => compiled(tensor(i, "int32")).item());
    assertClose(once, each, 1e-13, name);
    assertClose(vmap(schedule)(steps).toArray(), each, 1e-13, name);
  }
});

Deno.test("cosineRestarts begins each wave at the step where it should, however many there were", () => {
  const growth = fc.integer({ min: 2, max: 9 });
  fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), growth, (steps, growth) => {
    const schedule = cosineRestarts(1, steps, { growth });
    let [begin, length] = [0, steps];
    while (begin + length < 2 ** 31) {
      [begin, length] = [begin + length, length * growth];
      const last = (1 - Math.cos(Math.PI / (length / growth))) / 2;
      assertAlmostEquals(at(schedule, begin), 1, 1e-12);
      assertAlmostEquals(at(schedule, begin - 1), last, 1e-12);
    }
  }));
});

Deno.test("schedules keep their last value, and oneCycle its first where it does not rise", () => {
  assertEquals(at(linearSchedule(0, 1, 10), 2 ** 30), 1);
  assertAlmostEquals(at(cosineDecay(1, 10, { end: 0.25 }), 2 ** 30), 0.25, 1e-15);
  assertAlmostEquals(at(oneCycle(1, 10), 2 ** 30), 4e-6, 1e-15);
  assertEquals(at(oneCycle(1, 10, { riseFraction: 0.1 }), 0), 0.04);
  assertAlmostEquals(at(oneCycle(1, 10, { riseFraction: 1 }), 9), 1, 1e-15);
});

Deno.test("reduceOnPlateau reduces when PyTorch's does", () => {
  for (const { options, rates } of plateau.cases) {
    for (const compiled of [false, true]) {
      const rule = reduceOnPlateau(1, options);
      const update = compiled ? jit(rule.update) : rule.update;
      let state = rule.init();
      const found = plateau.series.map((value) => {
        state = update(state, tensor(value, "float64"));
        return state.learningRate.item();
      });
      assertClose(found, rates, 1e-12, JSON.stringify(options), 0);
    }
  }
});

Deno.test("schedules say which of their numbers is wrong", () => {
  const refused: readonly (readonly [() => unknown, string])[] = [
    [
      () => linearSchedule(0, 1, 0),
      "linearSchedule: steps must be a whole number of at least 1, got 0",
    ],
    [() => linearSchedule(0, 1, 1, { begin: -1 }), "linearSchedule: begin must be a whole number"],
    [() => polynomialSchedule(0, 1, 5, 0), "polynomialSchedule: power must be above 0, got 0"],
    [() => exponentialDecay(1, 0), "exponentialDecay: rate must be above 0, got 0"],
    [
      () => exponentialDecay(1, 0.5, { steps: 1.5 }),
      "exponentialDecay: steps must be a whole number",
    ],
    [() => inverseTimeDecay(1, -1), "inverseTimeDecay: rate must be at least 0, got -1"],
    [() => inverseTimeDecay(1, 1, { power: 0 }), "inverseTimeDecay: power must be above 0, got 0"],
    [() => cosineDecay(1, NaN), "cosineDecay: steps must be a whole number of at least 1, got NaN"],
    [
      () => warmupCosine(1, 10, 10),
      "warmupCosine: steps must be a whole number of at least 11, got 10",
    ],
    [() => cosineRestarts(1, 5, { growth: 0.5 }), "cosineRestarts: growth must be a whole number"],
    [() => cosineRestarts(1, 5, { peakDecay: -1 }), "cosineRestarts: peakDecay must be at least 0"],
    [
      () => joinSchedules([constantSchedule(1)], [3]),
      "joinSchedules: boundaries must be one fewer",
    ],
    [
      () => piecewiseConstant([3, 3], [1, 2, 3]),
      "piecewiseConstant: boundaries must grow, got 3, 3",
    ],
    [() => piecewiseLinear([]), "piecewiseLinear: needs at least one point"],
    [() => piecewiseLinear([[4, 1], [2, 1]]), "piecewiseLinear: boundaries must grow, got 4, 2"],
    [() => oneCycle(1, 1), "oneCycle: steps must be a whole number of at least 2, got 1"],
    [
      () => oneCycle(1, 9, { riseFraction: 2 }),
      "oneCycle: riseFraction must be from 0 to 1, got 2",
    ],
    [() => oneCycle(1, 9, { divFactor: 0 }), "oneCycle: divFactor must be above 0, got 0"],
    [() => oneCycle(1, 9, { anneal: "cos" as "cosine" }), 'oneCycle: anneal must be "cosine" or'],
    [
      () => oneCycleMomentum(9, { base: 1 }),
      "oneCycleMomentum: base must be from 0 to below 1, got 1",
    ],
    [() => reduceOnPlateau(1, { factor: 1 }), "reduceOnPlateau: factor must be from 0 to below 1"],
    [
      () => reduceOnPlateau(1, { patience: -1 }),
      "reduceOnPlateau: patience must be a whole number",
    ],
    [() => reduceOnPlateau(-1), "reduceOnPlateau: learningRate must be at least 0, got -1"],
    [() => reduceOnPlateau(1, { mode: "auto" as "min" }), "reduceOnPlateau: mode must be"],
  ];
  for (const [make, message] of refused) assertThrows(make, RangeError, message);
});
