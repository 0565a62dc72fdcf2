/** The laws of the generators: keys alone decide, labels are true, and forms are scikit-learn's. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  argmin,
  equal,
  mean,
  ones,
  random,
  segmentSum,
  std,
  type Tensor,
  tensor,
  treeLeaves,
} from "@katachi/katachi";
import {
  blobs,
  checkerboard,
  circles,
  drawnDigits,
  iceCream,
  iceCreamTruth,
  moons,
  noisyLine,
  noisyPolynomial,
  sineWave,
  spirals,
  tinyImages,
  xor,
} from "@katachi/katachi/data";
import { assertClose, type Figure, figures } from "../fixtures/figures.ts";

const classified = {
  xor: (key: random.Key, n: number) => xor(key, n, { noise: 0.1 }),
  moons: (key: random.Key, n: number) => moons(key, n, { noise: 0.1 }),
  circles: (key: random.Key, n: number) => circles(key, n, { noise: 0.1 }),
  spirals: (key: random.Key, n: number) => spirals(key, n, { arms: 3, noise: 0.1 }),
  checkerboard: (key: random.Key, n: number) => checkerboard(key, n, { noise: 0.1 }),
  blobs: (key: random.Key, n: number) => blobs(key, n),
  drawnDigits: (key: random.Key, n: number) => drawnDigits(key, n),
  tinyImages: (key: random.Key, n: number) => tinyImages(key, n),
};
const measured = {
  noisyLine: (key: random.Key, n: number) => noisyLine(key, n),
  noisyPolynomial: (key: random.Key, n: number) => noisyPolynomial(key, n, [1, 0, -2, 3]),
  sineWave: (key: random.Key, n: number) => sineWave(key, n),
  iceCream: (key: random.Key, n: number) => iceCream(key, n),
};

for (const [name, make] of Object.entries({ ...classified, ...measured })) {
  Deno.test(`${name}: n rows of finite numbers that its key alone decides`, () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 30 }), (seed, n) => {
        const { x, y } = make(random.key(seed), n);
        assertEquals([x.shape[0], y.shape[0]], [n, n]);
        assert([...x.data, ...y.data].every(Number.isFinite));
        const again = treeLeaves(make(random.key(seed), n)).map(({ data }) => data);
        assertEquals(again, [x.data, y.data]);
        const other = make(random.key(seed + 1), n);
        assert(other.x.data.join() + other.y.data.join() !== x.data.join() + y.data.join());
      }),
      { numRuns: 10 },
    );
    for (const n of [0, -1, 1.5, NaN]) {
      const message = `${name}: n must be a whole number from 1 on, got ${n}`;
      assertThrows(() => make(random.key(0), n), RangeError, message);
    }
  });
}

for (const [name, make] of Object.entries(classified).filter(([name]) => name !== "checkerboard")) {
  Deno.test(`${name}: classes are as frequent, up to one`, () => {
    for (const n of [60, 61]) {
      const { y } = make(random.key(n), n);
      const labels = y.data;
      const counts = Map.groupBy(labels, (label) => label);
      const sizes = [...counts.values()].map(({ length }) => length);
      assertEquals([...counts.keys()].sort(), [...counts.keys()].map((_, label) => label));
      // The exclusive or has each of its classes at two corners.
      assert(Math.max(...sizes) - Math.min(...sizes) <= 1, `${n}: ${sizes}`);
      assert(labels.join() !== labels.toSorted().join(), "in random order");
    }
  });
}

interface Case {
  readonly n: number;
  readonly factor?: number;
  readonly x: [number, number][];
  readonly y: number[];
}

Deno.test("moons and circles without noise are scikit-learn's points", async () => {
  const oracle = await figures<{ moons: Case[]; circles: Case[] }>("generators");
  const rows = (x: readonly (readonly number[])[], y: readonly number[]) =>
    x.map((point, i) => [y[i], ...point.map((value) => Math.round(value * 1e5) / 1e5 + 0)])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  const compare = (made: { x: Tensor<[number, 2]>; y: Tensor<[number], "int32"> }, want: Case) =>
    assertClose(rows(made.x.toArray(), made.y.toArray()), rows(want.x, want.y) as Figure, 2e-5);
  const key = random.key(3);
  for (const want of oracle.moons) compare(moons(key, want.n), want);
  for (const want of oracle.circles) {
    compare(circles(key, want.n, want.factor === undefined ? {} : { factor: want.factor }), want);
  }
});

Deno.test("the noise has the deviation that is asked for", () => {
  const n = 20_000;
  const close = (values: Tensor<[number, number]>, deviation: number) => {
    assertAlmostEquals(values.mean().item(), 0, 4 * deviation / Math.sqrt(n));
    assertAlmostEquals(std(values).item(), deviation, 4 * deviation / Math.sqrt(2 * n));
  };
  const key = random.key(7);
  close(moons(key, n, { noise: 0.3 }).x.sub(moons(key, n).x), 0.3);
  close(xor(key, n, { noise: 0.2 }).x.sub(xor(key, n).x), 0.2);
  close(spirals(key, n, { noise: 0.1 }).x.sub(spirals(key, n).x), 0.1);
  const line = noisyLine(key, n, { slope: 3, intercept: -2, noise: 0.5 });
  close(line.y.sub(line.x.mul(3)).add(2), 0.5);
  const { x, y } = noisyPolynomial(key, n, [1, 0, -2, 3], { noise: 0.25, range: [0, 2] });
  close(y.sub(x.pow(3).mul(3)).add(x.square().mul(2)).sub(1), 0.25);
  assert(x.min().item() >= 0 && x.max().item() < 2);
  assertAlmostEquals(x.mean().item(), 1, 0.02);
  const wave = sineWave(key, n, { amplitude: 2, phase: 1, noise: 0.4 });
  close(wave.y.sub(wave.x.add(1).sin().mul(2)), 0.4);
});

Deno.test("blobs are around their centres, as wide as they should be", () => {
  const centers = tensor([[-5, 0, 2], [5, 1, 0]]);
  const made = blobs(random.key(0), 20_000, { centers, clusterStd: [0.5, 2] });
  assertType<IsExact<typeof made.x, Tensor<[20_000, 3], "float32">>>(true);
  const [points, labels] = [made.x.toArray(), made.y.toArray()];
  centers.toArray().forEach((center, label) => {
    const blob = tensor(points.filter((_, i) => labels[i] === label));
    center.forEach((at, axis) => {
      assertAlmostEquals(blob.mean(0).toArray()[axis], at, 0.08);
      assertAlmostEquals(std(blob, 0).toArray()[axis], [0.5, 2][label], 0.06);
    });
  });
  const drawn = blobs(random.key(1), 200, { centers: 50, clusterStd: 0, centerBox: [3, 4] });
  assert(drawn.x.min().item() >= 3 && drawn.x.max().item() < 4);
  assertEquals(new Set(drawn.x.toArray().map(String)).size, 50);
});

Deno.test("labels are what the places say", () => {
  const check = (
    points: readonly (readonly number[])[],
    labels: readonly number[],
    f: (
      x: number,
      y: number,
    ) => number,
  ) => points.forEach(([x, y], i) => assertEquals(labels[i], f(x, y), `${x}, ${y}`));
  const corners = xor(random.key(0), 100);
  check(corners.x.toArray(), corners.y.toArray(), (x, y) => x ^ y);
  const board = checkerboard(random.key(0), 500, { fields: 3 });
  const field = (at: number) => Math.floor((at + 1) * 1.5);
  check(board.x.toArray(), board.y.toArray(), (x, y) => (field(x) + field(y)) % 2);
  const arms = spirals(random.key(0), 300, { arms: 3, turns: 2 });
  check(arms.x.toArray(), arms.y.toArray(), (x, y) => {
    const turn = Math.atan2(y, x) / (2 * Math.PI) - 2 * Math.hypot(x, y);
    return ((Math.round(3 * turn) % 3) + 3) % 3;
  });
});

Deno.test("ice cream: a least-squares line finds what it was made by", () => {
  const { x, y } = iceCream(random.key(0), 5000);
  const [dx, dy] = [x.sub(x.mean()), y.sub(y.mean())];
  const slope = dx.mul(dy).sum().item() / dx.square().sum().item();
  const intercept = y.mean().item() - slope * x.mean().item();
  assertAlmostEquals(slope, iceCreamTruth.slope, 0.12);
  assertAlmostEquals(intercept, iceCreamTruth.intercept, 3);
  const rest = std(y.sub(x.mul(slope)).sub(intercept)).item();
  assertAlmostEquals(rest, iceCreamTruth.noise, 0.6);
  const [low, high] = iceCreamTruth.range;
  assert(x.min().item() >= low && x.max().item() <= high && y.min().item() > 0);
});

/** The share of test rows whose class's mean over the training rows is the nearest. */
function nearestMean(
  rows: Tensor<[number, number]>,
  labels: Tensor<[number], "int32">,
  train: number,
): number {
  const of = labels.slice([[0, train]]);
  const sums = segmentSum(rows.slice([[0, train]]), of, 10);
  const means = sums.div(segmentSum(ones([train, 1]), of, 10));
  const distances = means.square().sum(-1).sub(
    rows.slice([[train, null]]).matmul(means.transpose()).mul(2),
  );
  return mean(equal(argmin(distances, -1), labels.slice([[train, null]]))).item();
}

Deno.test("drawn digits are alike by class; of tiny images, no pixel tells the class", () => {
  const digits = drawnDigits(random.key(0), 1500, { flatten: true });
  const digitShare = nearestMean(digits.x, digits.y, 1000);
  assert(digitShare > 0.6 && digitShare < 0.95, `digits ${digitShare}`);
  const images = tinyImages(random.key(0), 1500);
  const imageShare = nearestMean(images.x.reshape([1500, 3072]), images.y, 1000);
  assert(imageShare < 0.2, `images ${imageShare}`);
});

Deno.test("types: literal counts are literal shapes", () => {
  const key = random.key(0);
  const moon = moons(key, 8);
  assertType<IsExact<typeof moon.x, Tensor<[8, 2], "float32">>>(true);
  assertType<IsExact<typeof moon.y, Tensor<[8], "int32">>>(true);
  const line = noisyLine(key, 8);
  assertType<IsExact<typeof line.y, Tensor<[8, 1], "float32">>>(true);
  const digit = drawnDigits(key, 8);
  assertType<IsExact<typeof digit.x, Tensor<[8, 28, 28], "float32">>>(true);
  const flat = drawnDigits(key, 8, { flatten: true });
  assertType<IsExact<typeof flat.x, Tensor<[8, 784], "float32">>>(true);
  assertEquals(flat.x.data, digit.x.data);
  const image = tinyImages(key, 8);
  assertType<IsExact<typeof image.x, Tensor<[8, 3, 32, 32], "float32">>>(true);
  const blob = blobs(key, 8, { nFeatures: 5 });
  assertType<IsExact<typeof blob.x, Tensor<[8, 5], "float32">>>(true);
});

Deno.test("options out of range are named", () => {
  const key = random.key(0);
  const refused = (f: () => unknown, message: string) => assertThrows(f, RangeError, message);
  refused(() => moons(key, 2, { noise: -1 }), "moons: noise must be a number from 0 on, got -1");
  refused(() => circles(key, 2, { factor: 2 }), "circles: factor must be from 0 to 1, got 2");
  refused(() => spirals(key, 2, { arms: 0 }), "spirals: arms must be a whole number from 1 on");
  refused(() => spirals(key, 2, { turns: NaN }), "spirals: turns must be a number from 0 on");
  refused(() => checkerboard(key, 2, { fields: 1.5 }), "checkerboard: fields must be a whole");
  refused(() => noisyLine(key, 2, { range: [1, 0] }), "noisyLine: range goes from a low to a high");
  refused(() => sineWave(key, 2, { periods: -1 }), "sineWave: periods must be a number from 0 on");
  refused(() => blobs(key, 2, { centers: 0 }), "blobs: centers must be a whole number from 1 on");
  refused(() => blobs(key, 2, { clusterStd: [1] }), "blobs: 3 centers need 3 of clusterStd, got 1");
  refused(() => blobs(key, 2, { centerBox: [1, 1] }), "blobs: centerBox goes from a low to a high");
  refused(() => drawnDigits(key, 2, { noise: NaN }), "drawnDigits: noise must be a number");
  refused(() => tinyImages(key, 2, { noise: -0.1 }), "tinyImages: noise must be a number from 0");
});
