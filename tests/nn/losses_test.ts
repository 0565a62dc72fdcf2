/** Losses: types, messages, extremes, derivatives, and what they cost. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type Dim,
  DTypeError,
  expandDims,
  grad,
  jit,
  logSoftmax,
  neg,
  random,
  ShapeError,
  takeAlong,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "@katachi/katachi";
import {
  cosineSimilarityLoss,
  ctcLoss,
  hingeLoss,
  huberLoss,
  klDivergence,
  logCoshLoss,
  logisticLoss,
  meanSquaredError,
  multiMarginLoss,
  negativeLogLikelihood,
  poissonLoss,
  type Reduction,
  sigmoidCrossEntropy,
  smoothL1Loss,
  softmaxCrossEntropy,
  squaredHingeLoss,
} from "@katachi/katachi/nn";
import { checkGrads } from "@katachi/katachi/testing";

const none = { reduction: "none" } as const;
const x = zeros([4, 3]);
const classes = zeros([4], "int32");
const weight = zeros([3]);

Deno.test("the shape of a loss is known", () => {
  const mean = huberLoss(x, x, { delta: 2 });
  assertType<IsExact<typeof mean, Tensor<[], "float32">>>(true);
  const elements = huberLoss(x, x, { delta: 2, reduction: "none" });
  assertType<IsExact<typeof elements, Tensor<[4, 3], "float32">>>(true);
  assertEquals([...elements.shape], [4, 3]);
  const rows = softmaxCrossEntropy(x, classes, { ...none, weight, ignoreIndex: 1 });
  assertType<IsExact<typeof rows, Tensor<[4], "float32">>>(true);
  assertEquals([...rows.shape], [4]);
  const deep = softmaxCrossEntropy(zeros([2, 5, 7], "float64"), zeros([2, 5], "uint32"), none);
  assertType<IsExact<typeof deep, Tensor<[2, 5], "float64">>>(true);
  const either = meanSquaredError(x, x, { reduction: "sum" as Reduction });
  assertType<IsExact<typeof either, Tensor<readonly Dim[], "float32">>>(true);
  const spelled = ctcLoss(zeros([4, 9, 3]), zeros([4, 2], "int32"), classes, classes, none);
  assertType<IsExact<typeof spelled, Tensor<[4], "float32">>>(true);
  // Integers are taken as float32, and targets in the dtype of the predictions.
  const counts = meanSquaredError(zeros([2], "int32"), zeros([2], "float64"));
  assertType<IsExact<typeof counts, Tensor<[], "float32">>>(true);
  assertEquals(counts.dtype, "float32");
  const single = sigmoidCrossEntropy(x, zeros([4, 3], "float64"), {
    posWeight: zeros([3], "float64"),
  });
  assertEquals(single.dtype, "float32");
  const bare = softmaxCrossEntropy(x as Tensor, classes, { weight });
  assertType<IsExact<typeof bare, Tensor<[], "float32">>>(true);
});

Deno.test("losses take batches of any size", () => {
  const all = <B extends Dim>(z: Tensor<[B, 3]>, t: Tensor<[B], "int32">, q: Tensor<[B, 3]>) => {
    const mean: Tensor<[]> = softmaxCrossEntropy(z, t, { weight });
    const elements: Tensor<[B, 3]> = smoothL1Loss(z, q, none);
    const rows: Tensor<[B]>[] = [
      softmaxCrossEntropy(z, q, { ...none, weight }),
      negativeLogLikelihood(z, t, none),
      multiMarginLoss(z, t, { ...none, weight }),
      klDivergence(z, q, none),
      cosineSimilarityLoss(z, q, none),
    ];
    return [mean, elements, ...rows];
  };
  assertEquals(all(x, classes, x).map((loss) => loss.rank), [0, 2, 1, 1, 1, 1, 1]);
});

Deno.test("what is wrong is said in one line", () => {
  const message = (f: () => unknown, kind: new (text: string) => Error, text: string) => {
    const error = assertThrows(f, Error);
    assert(error instanceof kind);
    assertEquals(error.message.split("\n")[0], text);
  };
  message(
    // @ts-expect-error the compiler says the same
    () => softmaxCrossEntropy(x, classes, { weight: zeros([4]) }),
    ShapeError,
    "softmaxCrossEntropy: weight: shapes differ: [3] and [4]",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => softmaxCrossEntropy(x, x, { ignoreIndex: 1 }),
    DTypeError,
    "softmaxCrossEntropy: ignoreIndex needs targets that are classes, got float32",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => multiMarginLoss(x, zeros([3], "int32")),
    ShapeError,
    "multiMarginLoss: shapes differ: [4] and [3]",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => sigmoidCrossEntropy(x, x, { posWeight: zeros([4]) }),
    ShapeError,
    "sigmoidCrossEntropy: [4] does not broadcast to [4, 3]",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => klDivergence(zeros([]), zeros([])),
    ShapeError,
    "klDivergence: axis -1 is out of range for []",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => ctcLoss(x, x.astype("int32"), classes, classes),
    ShapeError,
    "ctcLoss: needs logits [N, T, C], got [4, 3]",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => ctcLoss(zeros([4, 5, 3]), classes, classes, classes),
    ShapeError,
    "ctcLoss: needs targets [N, L], got [4]",
  );
  message(
    // @ts-expect-error the compiler says the same
    () => ctcLoss(zeros([4, 5, 3]), zeros([4, 2], "int32"), classes, zeros([3], "int32")),
    ShapeError,
    "ctcLoss: lengths: shapes differ: [4] and [3]",
  );
  message(
    () => softmaxCrossEntropy(x, tensor([0, 1, -1, 2], "int32")),
    ShapeError,
    "softmaxCrossEntropy: class -1 is not from 0 to 2",
  );
  message(
    () =>
      ctcLoss(
        zeros([1, 5, 3]),
        tensor([[1, 2]], "int32"),
        tensor([6], "int32"),
        tensor([1], "int32"),
      ),
    ShapeError,
    "ctcLoss: length 6 is not from 0 to 5",
  );
  assertThrows(() => huberLoss(x, x, { delta: 0 }), RangeError, "delta must be above 0, got 0");
  assertThrows(
    () => softmaxCrossEntropy(x, classes, { labelSmoothing: 2 }),
    RangeError,
    "softmaxCrossEntropy: labelSmoothing must be from 0 to 1, got 2",
  );
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => hingeLoss(x, x, { reduction: "max" }),
    RangeError,
    'reduction must be "mean", "sum" or "none", got "max"',
  );
});

Deno.test("losses have the gradients of finite differences, twice", () => {
  type Wide = Tensor<[4, 3], "float64">;
  const z = random.normal(random.key(0), [4, 3], { dtype: "float64" });
  const t = random.uniform(random.key(1), [4, 3], { dtype: "float64" }).add(1.1) as Wide;
  const labels = tensor([0, 2, 1, 1], "int32");
  const pairs: ((z: Wide, t: Wide) => Tensor<[], "float64">)[] = [
    (z, t) => huberLoss(z, t, { delta: 0.7 }),
    (z, t) => smoothL1Loss(z, t, { beta: 0.7 }),
    (z, t) => logCoshLoss(z, t),
    (z, t) => logisticLoss(z, t),
    (z, t) => squaredHingeLoss(z, t),
    (z, t) => poissonLoss(z, t, { full: true }),
    (z, t) => poissonLoss(t, z, { logInput: false }),
    (z, t) => klDivergence(z, t),
    (z, t) => klDivergence(z, t, { logTarget: true }),
    (z, t) => cosineSimilarityLoss(z, t),
    (z, t) => cosineSimilarityLoss(z, t, { eps: 2 }),
    (z, t) => sigmoidCrossEntropy(z, t, { posWeight: 3, labelSmoothing: 0.1 }),
    (z, t) => softmaxCrossEntropy(z, t, { weight, labelSmoothing: 0.1 }),
  ];
  for (const loss of pairs) checkGrads(loss, [z, t], { order: 2 });
  checkGrads(
    (z: Wide) => softmaxCrossEntropy(z, labels, { ignoreIndex: 2, labelSmoothing: 0.3 }),
    [z],
    { order: 2 },
  );
  checkGrads((z: Wide) => multiMarginLoss(z, labels, { p: 2 }), [z], { order: 2 });
  const sequences = random.normal(random.key(2), [2, 5, 3], { dtype: "float64" });
  const spelled = tensor([[1, 1], [2, 0]], "int32");
  const [inputs, targets] = [tensor([5, 3], "int32"), tensor([2, 1], "int32")];
  checkGrads(
    (z: Tensor<[2, 5, 3], "float64">) => ctcLoss(z, spelled, inputs, targets),
    [sequences],
    { order: 2 },
  );
});

Deno.test("logCoshLoss: digits are kept near 0, and slopes are the hyperbolic tangent", () => {
  const loss = (d: Tensor<[], "float64">) => logCoshLoss(d, tensor(0, "float64"));
  fc.assert(fc.property(fc.double({ min: -1e-2, max: 1e-2, noNaN: true }), (d) => {
    const series = d ** 2 / 2 - d ** 4 / 12 + d ** 6 / 45;
    const found = loss(tensor(d, "float64")).item();
    assert(Math.abs(found - series) <= 1e-13 * series + 1e-300, `${d}: ${found}, ${series}`);
  }));
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (d) => {
    const slope = grad(loss)(tensor(d, "float64")).item();
    assertAlmostEquals(slope, Math.tanh(d), 1e-14);
  }));
});

Deno.test("logisticLoss is sigmoidCrossEntropy of labels 0 and 1", () => {
  fc.assert(fc.property(fc.float({ min: -1e4, max: 1e4, noNaN: true }), fc.boolean(), (f, y) => {
    const score = tensor(f, "float64");
    const logistic = logisticLoss(score, tensor(y ? 1 : -1)).item();
    const cross = sigmoidCrossEntropy(score, tensor(y ? 1 : 0)).item();
    assertAlmostEquals(logistic, cross, 1e-12 * (1 + Math.abs(f)));
  }));
});

Deno.test("ctcLoss: the sum over all ways to place the labels", () => {
  const [steps, count, blank] = [4, 3, 0];
  const spell = (path: number[]) =>
    path.filter((label, i) => label !== blank && label !== path[i - 1]).join();
  const paths = Array.from(
    { length: count ** steps },
    (_, i) => Array.from({ length: steps }, (_, t) => Math.floor(i / count ** t) % count),
  );
  const label = fc.integer({ min: 1, max: count - 1 });
  fc.assert(
    fc.property(fc.nat(), fc.array(label, { maxLength: 3 }), (seed, labels) => {
      const logits: Tensor<[number, number, number], "float64"> = random
        .normal(random.key(seed), [1, steps, count], { dtype: "float64" });
      const [table] = logSoftmax(logits).toArray();
      const probability = paths
        .filter((path) => spell(path) === labels.join())
        .map((path) => Math.exp(path.reduce((sum, c, t) => sum + table[t][c], 0)))
        .reduce((a, b) => a + b, 0);
      const padding: number[] = Array(4 - labels.length).fill(99);
      const padded = tensor([...labels, ...padding], "int32").reshape([1, 4]);
      const lengths = [tensor([steps], "int32"), tensor([labels.length], "int32")] as const;
      const loss = ctcLoss(logits, padded, ...lengths, { reduction: "sum" }).item();
      assertAlmostEquals(Math.exp(-loss), probability, 1e-12);
    }),
    { numRuns: 30 },
  );
});

Deno.test("ctcLoss: an infinite loss has the gradient 0, no steps and no labels are certain", () => {
  const loss = (z: Tensor<[1, 2, 3]>) =>
    ctcLoss(z, tensor([[1, 1]], "int32"), tensor([2], "int32"), tensor([2], "int32"));
  const [value, slope] = valueAndGrad(loss)(zeros([1, 2, 3]));
  assertEquals(value.item(), Infinity);
  assertEquals(slope.data.every((s) => s === 0), true);
  const nothing = zeros([1], "int32");
  assertEquals(ctcLoss(zeros([1, 0, 3]), zeros([1, 0], "int32"), nothing, nothing).item(), 0);
});

Deno.test("softmaxCrossEntropy: what is not asked for costs nothing", () => {
  const plain = (z: Tensor<[4, 3]>, t: Tensor<[4], "int32">) =>
    neg(takeAlong(logSoftmax(z), expandDims(t, -1), -1).mean());
  const kernels = (f: typeof plain) =>
    jit((z: Tensor<[4, 3]>, t: Tensor<[4], "int32">) =>
      valueAndGrad((z: Tensor<[4, 3]>) => f(z, t))(z)
    )
      .lower(x, classes).kernels.map(({ kind, flops }) => `${kind} ${flops}`);
  assertEquals(kernels((z, t) => softmaxCrossEntropy(z, t)), kernels(plain));
});
