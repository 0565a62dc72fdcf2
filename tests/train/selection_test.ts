/** Cross-validation, learning curves and the learning rate range test. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { arange, eye, fromBuffer, random, type Tensor, zeros } from "@katachi/katachi";
import { kFold } from "@katachi/katachi/data";
import { solve } from "@katachi/katachi/linalg";
import { sgd } from "@katachi/katachi/optim";
import { crossValidate, learningCurve, lrFind } from "@katachi/katachi/train";
import { figures } from "../fixtures/figures.ts";

Deno.test("cross-validation gives scikit-learn's scores", async () => {
  interface Case {
    readonly x: number[][];
    readonly y: number[];
    readonly alpha: number;
    readonly folds: number;
    readonly scores: number[];
    readonly mean: number;
    readonly std: number;
  }
  const { crossValidation: figure } = await figures<{ crossValidation: Case }>("train");
  const data = {
    x: fromBuffer(Float64Array.from(figure.x.flat()), [30, 3]),
    y: fromBuffer(Float64Array.from(figure.y), [30]),
  };
  const keys: number[][] = [];
  const { error } = await crossValidate(
    random.key(0),
    kFold(data, 5),
    ({ fold: { train, test }, key, index }) => {
      keys.push(random.foldIn(random.key(0), index).toArray());
      assertEquals(key.toArray(), keys[index]);
      const ridge = train.x.transpose().matmul(train.x).add(
        eye(3, "float64").mul(figure.alpha),
      );
      const weights = solve(ridge, train.x.transpose().matmul(train.y));
      return { error: test.x.matmul(weights).sub(test.y).square().mean().item() };
    },
  );
  for (const [i, score] of error.scores.entries()) {
    assertAlmostEquals(score, figure.scores[i], 1e-12);
  }
  assertAlmostEquals(error.mean, figure.mean, 1e-12);
  assertAlmostEquals(error.std, figure.std, 1e-12);
  assertEquals(new Set(keys.map(String)).size, 5);
});

Deno.test("a learning curve trains on the first of more rows, every time on others", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1000),
      fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (seed, sizes, repeats) => {
        const rows: number[][] = [];
        const keys = new Set<string>();
        const data = { x: arange(20), y: arange(20).mul(2) };
        const { points, sizes: found } = await learningCurve(
          random.key(seed),
          data,
          ({ train: { x, y }, key }) => {
            assertEquals(y.toArray() as number[], (x.toArray() as number[]).map((v) => 2 * v));
            rows.push(x.toArray() as number[]);
            keys.add(String(key.toArray()));
            return { train: x.size, validation: x.sum().item() };
          },
          { sizes, repeats },
        );
        assertEquals(found, sizes);
        assertEquals(keys.size, sizes.length * repeats);
        const largest = sizes.indexOf(Math.max(...sizes));
        for (const [at, size] of sizes.entries()) {
          assertEquals(points[at].train, {
            scores: new Array(repeats).fill(size),
            mean: size,
            std: 0,
          });
          for (let i = 0; i < repeats; i++) {
            const own = rows[at * repeats + i];
            assertEquals(new Set(own).size, size);
            assertEquals(own, rows[largest * repeats + i].slice(0, size));
            assertEquals(points[at].validation.scores[i], own.reduce((a, b) => a + b));
          }
        }
      },
    ),
    { numRuns: 20 },
  );
});

/** Half the square of the distance from 1, in every one of some dimensions. */
const bowl = {
  loss: (x: Tensor<[3], "float64">, curvature: Tensor<[3], "float64">) =>
    x.sub(1).square().mul(curvature).sum().mul(0.5),
  params: zeros([3], "float64"),
  data: fromBuffer(Float64Array.from([1, 1, 1]), [3]),
  key: random.key(0),
};

Deno.test("learning rates grow by the same factor until the loss is out of bounds", async () => {
  const options = { ...bowl, optimizer: sgd, min: 0.05, max: 100, steps: 30, smoothing: 0 };
  const { rates, losses, smoothed, diverged, suggestion } = await lrFind(options);
  assert(diverged);
  assertEquals(smoothed, losses);
  // Gradient descent by hand: the distance shrinks by 1 - rate.
  let distance = 1;
  for (const [i, loss] of losses.entries()) {
    assertAlmostEquals(rates[i], 0.05 * 2000 ** (i / 29), 1e-12 * rates[i]);
    assertAlmostEquals(loss, 1.5 * distance ** 2, 1e-12 * Math.max(1, loss));
    distance *= 1 - rates[i];
  }
  const best = Math.min(...losses.slice(0, -1));
  assert(losses.at(-1)! > 4 * best);
  assert(losses.slice(1, -1).every((loss, i) => loss <= 4 * Math.min(...losses.slice(0, i + 2))));
  // PyTorch Lightning's suggestion: np.gradient(losses[10:-1]).argmin().
  const part = losses.slice(10, -1);
  const slopes = part.map((loss, i) => {
    if (i === 0) return part[1] - loss;
    return i === part.length - 1 ? loss - part[i - 1] : (part[i + 1] - part[i - 1]) / 2;
  });
  assertEquals(suggestion, rates[10 + slopes.indexOf(Math.min(...slopes))]);
});

Deno.test("where the loss never falls no learning rate is suggested", async () => {
  const { rates, suggestion, diverged } = await lrFind({
    ...bowl,
    params: bowl.data,
    optimizer: sgd,
    steps: 20,
    max: 0.1,
  });
  assertEquals([rates.length, suggestion, diverged], [20, null, false]);
  assertEquals(rates[0], 1e-7);
  assertAlmostEquals(rates[19], 0.1, 1e-15);
});

Deno.test("errors: nothing to go by", async () => {
  const none = async () => await crossValidate(random.key(0), [], () => ({ a: 1 }));
  await assertRejects(none, RangeError, "crossValidate: there are no folds");
  await assertRejects(
    () =>
      crossValidate(
        random.key(0),
        [0, 1],
        ({ index }): Record<string, number> => index === 0 ? { a: 1 } : { b: 2 },
      ),
    TypeError,
    "crossValidate: round 1 gives { b }, the first one { a }",
  );
  const curve = (sizes: number[], repeats = 1) =>
    learningCurve(random.key(0), arange(5), () => ({ a: 1 }), { sizes, repeats });
  await assertRejects(() => curve([]), RangeError, "learningCurve: there are no sizes");
  for (const size of [0, 6, 1.5]) {
    await assertRejects(() => curve([size]), RangeError, `from 1 to 5, got ${size}`);
  }
  await assertRejects(() => curve([1], 0), RangeError, "learningCurve: repeats must be a whole");
  const find = (more: Record<string, number>) => lrFind({ ...bowl, optimizer: sgd, ...more });
  await assertRejects(() => find({ min: 1, max: 0.1 }), RangeError, "lrFind: needs 0 < min < max");
  await assertRejects(() => find({ steps: 1 }), RangeError, "lrFind: steps must be a whole");
  await assertRejects(() => find({ smoothing: 1 }), RangeError, "lrFind: smoothing must be from 0");
});
