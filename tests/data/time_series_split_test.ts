/** Series are cut so that nothing of the future is trained on; and what happens where it is. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { arange, fromBuffer, random, slice, type Tensor, zeros } from "@katachi/katachi";
import { type Fold, kFold, timeSeriesSplit, type WithRows } from "@katachi/katachi/data";
import oracle from "../fixtures/oracle/folds.json" with { type: "json" };

const rows = (n: number) => arange(0, n, 1, "int32");
const plain = (folds: Iterable<Fold<Tensor<[number], "int32">>>) =>
  [...folds].map(({ train, test }) => ({ train: train.toArray(), test: test.toArray() }));

Deno.test("what is trained on comes before what is tested on, by the gap", () => {
  const settings = fc.record({
    n: fc.integer({ min: 2, max: 60 }),
    folds: fc.integer({ min: 1, max: 6 }),
    testSize: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
    maxTrainSize: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    gap: fc.nat(5),
  });
  fc.assert(fc.property(settings, ({ n, folds, testSize, maxTrainSize, gap }) => {
    const size = testSize ?? Math.floor(n / (folds + 1));
    fc.pre(size > 0 && n - folds * size - gap > 0);
    const made = plain(timeSeriesSplit(rows(n), folds, { testSize, maxTrainSize, gap }));
    assertEquals(made.length, folds);
    const tested = made.flatMap(({ test }) => test);
    assertEquals(tested, Array.from(tested, (_, i) => n - tested.length + i));
    for (const { train, test } of made) {
      assertEquals(test.length, size);
      assertEquals(train.at(-1), test[0] - gap - 1);
      assertEquals(train.length, Math.min(maxTrainSize ?? n, test[0] - gap));
      assertEquals(train, train.map((_, i) => train[0] + i));
    }
  }));
});

Deno.test("the folds are scikit-learn's", () => {
  for (const { rows: n, folds, options, splits } of oracle.timeSeriesSplit) {
    assertEquals(plain(timeSeriesSplit(rows(n), folds, options)), splits);
  }
});

interface Series {
  readonly time: Tensor<[number]>;
  readonly value: Tensor<[number]>;
}

/** A random walk; and a season of 25 steps with some noise. */
const series: Record<string, (key: random.Key) => number[]> = {
  "random walk": (key) => {
    let at = 0;
    return random.normal(key, [250]).toArray().map((step) => at += step);
  },
  "drifting season": (key) => {
    const [noise, drift] = random.split(key);
    const steps = random.normal(drift, [250]).toArray();
    let at = 0;
    return random.normal(noise, [250]).toArray().map((e, i) =>
      (at += steps[i] / 2) + 2 * Math.sin(2 * Math.PI * i / 25) + e / 5
    );
  },
};

/** The mean squared error of the value at the nearest time that was trained on. */
function nearestNeighbourError(train: Series, test: Series): number {
  const known = train.time.toArray();
  const values = train.value.toArray();
  const target = test.value.toArray();
  const errors = test.time.toArray().map((time, i) => {
    const distances = known.map((each) => Math.abs(each - time));
    return (values[distances.indexOf(Math.min(...distances))] - target[i]) ** 2;
  });
  return errors.reduce((a, b) => a + b, 0) / errors.length;
}

const meanError = (folds: Iterable<Fold<Series>>) => {
  const errors = [...folds].map(({ train, test }) => nearestNeighbourError(train, test));
  return errors.reduce((a, b) => a + b, 0) / errors.length;
};

for (const [name, make] of Object.entries(series)) {
  Deno.test(`the leak: shuffled folds of a ${name} promise what the future does not keep`, () => {
    const horizon = 20;
    let shuffled = 0;
    let ordered = 0;
    let future = 0;
    for (let seed = 0; seed < 30; seed++) {
      const [walk, fold] = random.split(random.key(seed));
      const values = make(walk);
      const whole: Series = {
        time: arange(values.length),
        value: fromBuffer(Float32Array.from(values), [values.length]),
      };
      const past = values.length - horizon;
      const part = (from: number, to: number): WithRows<Series, number> => ({
        time: slice(whole.time, [[from, to]]),
        value: slice(whole.value, [[from, to]]),
      });
      const known = part(0, past);
      shuffled += meanError(kFold(known, 5, { key: fold }));
      ordered += meanError(timeSeriesSplit(known, 5, { testSize: horizon }));
      future += nearestNeighbourError(known, part(past, values.length));
    }
    const figures = `shuffled ${shuffled / 30}, in time ${ordered / 30}, future ${future / 30}`;
    // Shuffled folds find less than a third of the true error; those in time come near it.
    assertEquals(shuffled < future / 3, true, figures);
    assertEquals(ordered > 0.6 * future && ordered < 1.6 * future, true, figures);
  });
}

Deno.test("types: the rows to test on", () => {
  const [fold] = timeSeriesSplit({ x: zeros([20, 3]) }, 3, { testSize: 4 });
  assertType<IsExact<typeof fold.test.x, Tensor<[4, 3], "float32">>>(true);
  assertType<IsExact<typeof fold.train.x, Tensor<[number, 3], "float32">>>(true);
  const [unknown] = timeSeriesSplit({ x: zeros([20, 3]) }, 3, { gap: 1 });
  assertType<IsExact<typeof unknown.test.x, Tensor<[number, 3], "float32">>>(true);
});

Deno.test("errors: too few rows, settings out of range", () => {
  assertThrows(
    () => timeSeriesSplit(rows(10), 3, { testSize: 3, gap: 1 }),
    RangeError,
    "timeSeriesSplit: 10 rows are too few for 3 folds with tests of 3 and a gap of 1: they leave " +
      "none to train on",
  );
  assertThrows(
    () => timeSeriesSplit(rows(3), 3),
    RangeError,
    "timeSeriesSplit: 3 rows are too few for 3 folds: there is none to test on",
  );
  assertThrows(
    () => timeSeriesSplit(rows(10), 0),
    RangeError,
    "timeSeriesSplit: the number of folds must be a whole number from 1 on, got 0",
  );
  assertThrows(
    () => timeSeriesSplit(rows(10), 2, { gap: -1 }),
    RangeError,
    "timeSeriesSplit: the gap must be a whole number from 0 on, got -1",
  );
});
