/**
 * Metrics against scikit-learn's, at once and in batches; `tools/oracle_metrics.py` made the figures.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type AnyTensor,
  type Dim,
  DTypeError,
  greater,
  jit,
  oneHot,
  random,
  ShapeError,
  slice,
  type Tensor,
  tensor,
  treeLeaves,
  vmap,
  zeros,
} from "@katachi/katachi";
import * as metrics from "@katachi/katachi/metrics";
import { assertClose, type Figure, figures, numbers } from "../fixtures/figures.ts";

const {
  accuracy,
  binaryAccuracy,
  confusionMatrix,
  f1Score,
  meanSquaredError,
  perplexity,
  precision,
  r2Score,
  recall,
  rocAuc,
  topKAccuracy,
} = metrics;

type Average = metrics.Average;

const known = await figures<{
  classes: {
    name: string;
    classes: number;
    predicted: number[];
    right: number[];
    accuracy: number;
    confusionMatrix: number[][];
    scores: Record<string, Figure[]>;
  }[];
  roc: { name: string; scores: number[]; targets: number[]; exact: Figure; thresholds?: Figure }[];
  regression:
    ({ name: string; predictions: number[]; targets: number[] } & Record<string, Figure>)[];
  logits: Record<string, Figure> & { topK: number[]; topKTied: number[] };
}>("metrics");

const whole = (values: readonly number[]): Tensor<[number], "int32"> => tensor(values, "int32");
const wide = (values: readonly number[]): Tensor<[number], "float64"> => tensor(values, "float64");
const table = (values: Figure): Tensor<[number, number], "float64"> =>
  tensor(numbers(values) as number[][], "float64") as never;

Deno.test("accuracy, precision, recall, F1 and confusion are scikit-learn's", () => {
  for (const { name, classes, predicted, right, scores, ...rest } of known.classes) {
    const [p, t] = [whole(predicted), whole(right)];
    assertEquals(accuracy(p, t).item(), rest.accuracy, name);
    assertEquals(confusionMatrix(p, t, classes).toArray(), rest.confusionMatrix, name);
    for (const [key, expected] of Object.entries(scores)) {
      const [metric, average] = key.split(" ") as ["precision" | "recall" | "f1Score", Average];
      [0, 1, NaN].forEach((zeroDivision, i) => {
        const found = metrics[metric](p, t, { classes, average, zeroDivision });
        assertClose(found.toArray(), numbers(expected[i]), 1e-14, `${name} ${key} ${zeroDivision}`);
      });
    }
  }
});

Deno.test("rocAuc is scikit-learn's, with ties too, and by thresholds Keras's", () => {
  for (const { name, scores, targets, exact, thresholds } of known.roc) {
    const [s, t] = [wide(scores), whole(targets)];
    assertClose(rocAuc(s, t).item(), Number(exact), 1e-14, name);
    assertClose(jit(() => rocAuc(s, t))().item(), Number(exact), 1e-14, name);
    if (thresholds === undefined) continue;
    const metric = rocAuc.of();
    const found = metric.compute(metric.update(metric.init(), s, t)).item();
    // Of one kind Keras makes 0; and its counts are float32.
    if (name === "one kind") assertEquals(found, NaN);
    else assertClose(found, Number(thresholds), 1e-6, name);
  }
  assertEquals(rocAuc(tensor([0.5, NaN]), tensor([0, 1])).item(), NaN);
  assertEquals(rocAuc(zeros([0]), zeros([0])).item(), NaN);
});

Deno.test("errors of numbers are scikit-learn's", () => {
  for (const { name, predictions, targets, ...expected } of known.regression) {
    for (const [metric, figure] of Object.entries(expected)) {
      const f = metrics[metric as "r2Score"];
      const found = f(wide(predictions), wide(targets)).item();
      assertClose(found, Number(figure), 1e-11, `${name} ${metric}`);
    }
  }
});

Deno.test("metrics of logits are scikit-learn's, Keras's where logits are equal, and PyTorch's", () => {
  const { logits, labels, tied, ignored, topK, topKTied, ...rest } = known.logits;
  const [x, ties] = [table(logits), table(tied)];
  const [t, holes] = [labels, ignored].map((list) => whole(list as number[]));
  const rows = oneHot(t, 6) as Tensor<[number, number]>;
  assertEquals(accuracy(x, t).item(), rest.accuracy);
  assertEquals(accuracy(x, rows).item(), rest.accuracy);
  [1, 2, 3, 5].forEach((k, i) => {
    assertClose(topKAccuracy(x, t, { k }).item(), topK[i], 1e-15);
    assertClose(topKAccuracy(x, rows, { k }).item(), topK[i], 1e-15);
    assertClose(topKAccuracy(ties, t, { k }).item(), topKTied[i], 1e-6, `ties, ${k}`);
  });
  assertClose(perplexity(x, t).item(), rest.perplexity, 1e-13);
  assertClose(perplexity(x, holes, { ignoreIndex: -100 }).item(), rest.perplexityIgnored, 1e-13);
  const none = perplexity(x, whole(Array(30).fill(-1)), { ignoreIndex: -1 });
  assertEquals(none.item(), NaN);
});

Deno.test("binaryAccuracy and topKAccuracy at the edges", () => {
  assertEquals(binaryAccuracy(tensor([0.5, NaN, 0.7]), tensor([0, 0, 1])).item(), 1);
  assertEquals(binaryAccuracy(tensor([[2, -1]]), tensor([[1, -1]]), { threshold: 0 }).item(), 1);
  assertEquals(
    topKAccuracy(tensor([[NaN, 1]]), whole([0]) as Tensor<[1], "int32">, { k: 2 }).item(),
    0,
  );
  assertEquals(topKAccuracy(zeros([3, 2]), zeros([3], "int32")).item(), 1);
  for (const f of [accuracy, meanSquaredError]) {
    assertEquals(f(zeros([0], "int32"), zeros([0], "int32")).item(), NaN);
  }
  assertEquals(r2Score(zeros([0]), zeros([0])).item(), NaN);
});

/** A metric, predictions and targets for it, and what it is of all of them. */
interface Gathered {
  metric: {
    init(): unknown;
    update(state: never, predictions: never, targets: never): unknown;
    compute(state: never): AnyTensor;
  };
  predictions: AnyTensor;
  targets: AnyTensor;
  all: AnyTensor;
}

function gathered(seed: number, size: number): Record<string, Gathered> {
  const keys = random.split(random.key(seed), 4);
  const n = size as Dim;
  const scores: Tensor<[number], "float64"> = random.uniform(keys[0], [n], { dtype: "float64" });
  const logits: Tensor<[number, 3], "float64"> = random.normal(keys[1], [n, 3], {
    dtype: "float64",
  });
  const labels: Tensor<[number], "int32"> = random.randint(keys[2], [n], 0, 3);
  const binary: Tensor<[number], "bool"> = greater(random.uniform(keys[3], [n]), 0.4);
  const found = greater(scores, 0.5);
  const of = (metric: unknown, predictions: AnyTensor, targets: AnyTensor, all: AnyTensor) =>
    ({ metric, predictions, targets, all }) as Gathered;
  const rocMetric = rocAuc.of({ thresholds: 20 });
  return {
    accuracy: of(accuracy.of(), logits, labels, accuracy(logits, labels)),
    topKAccuracy: of(
      topKAccuracy.of({ k: 2 }),
      logits,
      labels,
      topKAccuracy(logits, labels, { k: 2 }),
    ),
    binaryAccuracy: of(binaryAccuracy.of(), scores, binary, binaryAccuracy(scores, binary)),
    confusionMatrix: of(confusionMatrix.of(3), logits, labels, confusionMatrix(logits, labels, 3)),
    precision: of(precision.of(), found, binary, precision(found, binary)),
    recall: of(
      recall.of({ classes: 3, average: "macro" }),
      logits,
      labels,
      recall(logits, labels, { classes: 3, average: "macro" }),
    ),
    f1Score: of(
      f1Score.of({ classes: 3, average: "none" }),
      logits,
      labels,
      f1Score(logits, labels, { classes: 3, average: "none" }),
    ),
    rocAuc: of(
      rocMetric,
      scores,
      binary,
      rocMetric.compute(rocMetric.update(rocMetric.init(), scores, binary)),
    ),
    meanAbsoluteError: of(
      metrics.meanAbsoluteError.of(),
      scores,
      binary,
      metrics.meanAbsoluteError(scores, binary),
    ),
    meanSquaredError: of(
      meanSquaredError.of(),
      scores,
      binary,
      meanSquaredError(scores, binary),
    ),
    rootMeanSquaredError: of(
      metrics.rootMeanSquaredError.of(),
      scores,
      binary,
      metrics.rootMeanSquaredError(scores, binary),
    ),
    r2Score: of(r2Score.of(), scores, labels, r2Score(scores, labels)),
    perplexity: of(
      perplexity.of({ ignoreIndex: 2 }),
      logits,
      labels,
      perplexity(logits, labels, { ignoreIndex: 2 }),
    ),
  };
}

Deno.test("batches together give what all predictions give at once, compiled or not", () => {
  const names = Object.keys(gathered(0, 4));
  assertEquals(names.length, 13);
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 4 }),
      (seed, sizes) => {
        const size = sizes.reduce((a, b) => a + b);
        for (
          const [name, { metric, predictions, targets, all }] of Object.entries(
            gathered(seed, size),
          )
        ) {
          const update = metric.update as (s: unknown, p: AnyTensor, t: AnyTensor) => unknown;
          for (const step of [update, jit(update as never) as typeof update]) {
            let [state, from] = [metric.init(), 0];
            for (const many of sizes) {
              const part = (x: AnyTensor) => slice(x, [[from, from + many]]) as AnyTensor;
              state = step(state, part(predictions), part(targets));
              from += many;
            }
            const found = metric.compute(state as never);
            assertEquals(found.dtype, "float64");
            assertClose(found.toArray(), all.toArray(), 1e-12, `${name} of ${sizes}`);
          }
        }
      },
    ),
    { numRuns: 6 },
  );
});

Deno.test("metrics run under vmap", () => {
  for (const [name, { metric, predictions, targets, all }] of Object.entries(gathered(1, 12))) {
    const f = (p: AnyTensor, t: AnyTensor) =>
      metric.compute(metric.update(metric.init() as never, p as never, t as never) as never);
    const twice = (x: AnyTensor) => x.reshape([1, ...x.shape]) as AnyTensor;
    const found = (vmap(f as never) as unknown as typeof f)(twice(predictions), twice(targets));
    assertClose(found.toArray(), [all.toArray()], 1e-12, name);
  }
});

Deno.test("counts stay exact beyond float32", () => {
  const metric = accuracy.of();
  const many = tensor(2 ** 24, "float64");
  const state = metric.update({ total: many, count: many }, whole([1]), whole([1]));
  assertEquals(treeLeaves(state).map((x) => x.item()), [2 ** 24 + 1, 2 ** 24 + 1]);
  const far = r2Score.of();
  // Spread is not lost where targets are far from 0.
  const targets = [1e8, 1e8 + 1, 1e8 + 2, 1e8 + 5];
  let r2 = far.init();
  for (const t of targets) r2 = far.update(r2, wide([t + 0.5]), wide([t]));
  assertClose(far.compute(r2).item(), 1 - 1 / 14, 1e-12);
});

Deno.test("the types of metrics", () => {
  const [x, t] = [zeros([4, 3]), zeros([4], "int32")];
  const share = accuracy(x, t);
  assertType<IsExact<typeof share, Tensor<[], "float64">>>(true);
  const matrix = confusionMatrix(x, t, 3);
  assertType<IsExact<typeof matrix, Tensor<[3, 3], "float64">>>(true);
  const each = precision(x, t, { classes: 3, average: "none" });
  assertType<IsExact<typeof each, Tensor<[3], "float64">>>(true);
  const mean = f1Score(x, t, { classes: 3, average: "macro" });
  assertType<IsExact<typeof mean, Tensor<[], "float64">>>(true);
  const gathering = f1Score.of({ classes: 3, average: "none" });
  const state = gathering.update(gathering.init(), x, t);
  assertType<IsExact<typeof state, metrics.ClassCounts<3>>>(true);
  const found = gathering.compute(state);
  assertType<IsExact<typeof found, Tensor<[3], "float64">>>(true);
  const any = <B extends Dim>(x: Tensor<[B, 3]>, t: Tensor<[B], "int32">) => [
    accuracy(x, t),
    topKAccuracy(x, t, { k: 1 }),
    perplexity(x, t),
    accuracy(t, t),
    rocAuc(t, t),
    precision(x, t, { classes: 3, average: "micro" }),
  ];
  assertEquals(any(x, t).length, 6);
  assertEquals(accuracy(x as Tensor, t).rank, 0);
});

Deno.test("what is wrong with predictions is said in one line", () => {
  const [x, t] = [zeros([4, 3]), zeros([4], "int32")];
  const message = (f: () => unknown, kind: new (text: string) => Error, text: string) => {
    const error = assertThrows(f, Error);
    assert(error instanceof kind);
    assertEquals(error.message.split("\n")[0], text);
  };
  message(
    // @ts-expect-error the compiler says the same
    () => accuracy(x, zeros([5], "int32")),
    ShapeError,
    "accuracy: shapes differ: [4] and [5]",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => accuracy(t, x),
    ShapeError,
    "accuracy: shapes differ: [4] and [4, 3]",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => accuracy.of().update(accuracy.of().init(), x, zeros([5], "int32")),
    ShapeError,
    "accuracy: shapes differ: [4] and [5]",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => rocAuc(x, t),
    ShapeError,
    "rocAuc: shapes differ: [4, 3] and [4]",
  );
  message(
    () => accuracy(x, zeros([4, 3], "bool")),
    DTypeError,
    "accuracy: targets are bool; convert with astype",
  );
  message(
    () => precision(x, t),
    ShapeError,
    "precision: logits of 3 classes, expected 2",
  );
  message(
    () => precision(t, t, { classes: 3 }),
    RangeError,
    'precision: average "binary" is of 2 classes, got 3; take "macro" or "micro"',
  );
  message(
    () => confusionMatrix(whole([0, 3]), whole([0, 1]), 3),
    ShapeError,
    "confusionMatrix: class 3 is not from 0 to 2",
  );
  // In a compiled function such rows are left out.
  const compiled = jit((p: Tensor<[4], "int32">) => confusionMatrix(p, t, 2));
  assertEquals(compiled(tensor([0, 1, -1, 2], "int32")).toArray(), [[1, 1], [0, 0]]);
});
