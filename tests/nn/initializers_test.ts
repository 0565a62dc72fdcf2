/** Initializers: JAX's figures, distributions, orthogonality, types; and regularizers. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type AnyTensor,
  conv2d,
  type Dim,
  eye,
  fromBuffer,
  grad,
  jit,
  kron,
  matmul,
  ndtr,
  random,
  reshape,
  type Shape,
  ShapeError,
  stack,
  type Tensor,
  tensor,
  transpose,
  TreeError,
  vmap,
} from "@katachi/katachi";
import { type Initializer, initializers, linear, regularizers } from "@katachi/katachi/nn";
import { checkGrads } from "@katachi/katachi/testing";
import { assertClose, type Figure, figures, flat } from "../fixtures/figures.ts";

interface Figures {
  readonly initializers: readonly {
    readonly name: string;
    readonly arguments: readonly unknown[];
    readonly seed: number;
    readonly shape: readonly number[];
    readonly dtype: "float32" | "float64";
    readonly value: Figure;
  }[];
  readonly regularizers: {
    readonly leaves: readonly [Figure, Figure];
    readonly cases: readonly {
      readonly name: "l1" | "l2";
      readonly strength: number;
      readonly value: Figure;
      readonly gradient: readonly [Figure, Figure];
    }[];
  };
}

const recorded = await figures<Figures>("initializers");

const named = initializers as unknown as Readonly<
  Record<string, (...args: readonly unknown[]) => Initializer>
>;

Deno.test("initializers are JAX's, given the same key", () => {
  for (const { name, arguments: args, seed, shape, dtype, value } of recorded.initializers) {
    const what = `${name}(${args.map((a) => JSON.stringify(a))}) of [${shape}] in ${dtype}`;
    const found = named[name](...args)(random.key(seed), shape, dtype);
    assertEquals([[...found.shape], found.dtype as string], [[...shape], dtype], what);
    // An orthogonal matrix comes out of as many steps as it has columns.
    const tolerance = (dtype === "float32" ? 1e-6 : 3e-15) * (name === "orthogonal" ? 4 : 1);
    assertClose([...found.data], flat(value), tolerance, what, 1e-1);
  }
});

const gaussian = (x: number) => ndtr(tensor(x, "float64")).item();

/** The distribution function, standard deviation and kurtosis of one that is scaled to variance 1. */
const laws = {
  uniform: {
    below: (x: number) => Math.min(Math.max((x / Math.sqrt(3) + 1) / 2, 0), 1),
    kurtosis: 1.8,
    bound: Math.sqrt(3),
  },
  normal: { below: gaussian, kurtosis: 3, bound: Infinity },
  truncatedNormal: {
    below: (x: number) => {
      const z = Math.min(Math.max(x * truncated, -2), 2);
      return (gaussian(z) - gaussian(-2)) / (gaussian(2) - gaussian(-2));
    },
    kurtosis: truncatedKurtosis(),
    bound: 2 / 0.87962566103423978,
  },
};
const truncated = 0.87962566103423978;

/** By the moments of the normal distribution between -2 and 2. */
function truncatedKurtosis(): number {
  const density = Math.exp(-2) / Math.sqrt(2 * Math.PI);
  const mass = gaussian(2) - gaussian(-2);
  const second = 1 - 4 * density / mass;
  const fourth = 3 * second - 16 * density / mass;
  return fourth / second ** 2;
}

/** What each says of its law and variance, for shapes with fans that differ. */
const drawn: readonly [
  init: Initializer,
  shape: Shape,
  law: keyof typeof laws,
  variance: number,
  mean?: number,
][] = [
  [initializers.uniform({ minval: -3, maxval: 5 }), [20000], "uniform", 64 / 12, 1],
  [initializers.normal({ mean: -1, stddev: 0.5 }), [20000], "normal", 0.25, -1],
  [
    initializers.truncatedNormal({ mean: 3, stddev: 0.5 }),
    [20000],
    "truncatedNormal",
    (0.5 * 0.87962566103423978) ** 2,
    3,
  ],
  [initializers.xavierUniform(), [100, 300], "uniform", 2 / 400],
  [initializers.glorotNormal(), [100, 300], "truncatedNormal", 2 / 400],
  [initializers.heUniform(), [100, 300], "uniform", 2 / 100],
  [initializers.kaimingNormal(), [100, 300], "truncatedNormal", 2 / 100],
  [initializers.lecunUniform(), [300, 100], "uniform", 1 / 300],
  [initializers.lecunNormal(), [300, 100], "truncatedNormal", 1 / 300],
  [
    initializers.heNormal({ layout: "conv" }),
    [64, 16, 5, 5],
    "truncatedNormal",
    2 / (16 * 25),
  ],
  [
    initializers.xavierUniform({ layout: "conv" }),
    [64, 16, 5, 5],
    "uniform",
    2 / (80 * 25),
  ],
  [
    initializers.varianceScaling(3, "fanOut", "normal", { layout: "conv" }),
    [64, 16, 5, 5],
    "normal",
    3 / (64 * 25),
  ],
  [
    initializers.varianceScaling(3, "fanGeoAvg", "normal", { layout: { inAxis: 0, outAxis: 1 } }),
    [64, 16, 5, 5],
    "normal",
    3 / (32 * 25),
  ],
  [initializers.siren(), [128, 200], "uniform", 6 / 128 / 900 / 3],
  [initializers.siren({ w0: 2 }), [128, 200], "uniform", 6 / 128 / 4 / 3],
  [initializers.siren({ first: true }), [128, 200], "uniform", 1 / 128 ** 2 / 3],
];

// Right initializers would pass for 999 of 1000 choices of keys: of the 48 statements below each holds
// with probability 1 - 2e-5.
const [deviations, distances] = [4.27, 2.4];

Deno.test("initializers have the distributions that they say, with 99.9 % confidence", () => {
  for (const [i, [init, shape, law, variance, mean = 0]] of drawn.entries()) {
    const { below, kurtosis, bound } = laws[law];
    const values = init(random.key(i), shape, "float64").data;
    const n = values.length;
    const deviation = Math.sqrt(variance);
    const unit = Float64Array.from(values, (x) => (x - mean) / deviation);
    const what = `number ${i}, ${law}`;
    assert(unit.every((x) => Math.abs(x) <= bound * (1 + 1e-12)), `${what}: bounds`);
    const average = unit.reduce((s, x) => s + x, 0) / n;
    const square = unit.reduce((s, x) => s + x * x, 0) / n;
    assert(Math.abs(average) * Math.sqrt(n) < deviations, `${what}: mean ${average}`);
    const z = (square - 1) * Math.sqrt(n / (kurtosis - 1));
    assert(Math.abs(z) < deviations, `${what}: variance ${square}`);
    // Kolmogorov and Smirnov: the distance of distribution functions, at every twentieth.
    const sorted = unit.toSorted();
    let distance = 0;
    for (let k = 0; k < n; k += 20) {
      distance = Math.max(distance, Math.abs(below(sorted[k]) - (k + 0.5) / n));
    }
    assert(distance * Math.sqrt(n) < distances, `${what}: distance ${distance}`);
  }
});

Deno.test("initializers: fans of dense, convolution and other kernels", () => {
  assertEquals(initializers.fans([3, 5]), { fanIn: 3, fanOut: 5 });
  assertEquals(initializers.fans([2, 3, 5]), { fanIn: 6, fanOut: 10 });
  assertEquals(initializers.fans([8, 3, 5, 7], "conv"), { fanIn: 105, fanOut: 280 });
  assertEquals(initializers.fans([8, 3], "conv"), { fanIn: 3, fanOut: 8 });
  const layout = { inAxis: [0, 1], outAxis: -1, batchAxis: 2 };
  assertEquals(initializers.fans([2, 3, 9, 4, 5], layout), { fanIn: 24, fanOut: 20 });
  assertThrows(
    () => initializers.fans([3]),
    ShapeError,
    "fans: a kernel has at least 2 axes, got [3]",
  );
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => initializers.heNormal({ layout: "conv" })(random.key(0), [3]),
    ShapeError,
    "heNormal: a kernel has at least 2 axes, got [3]",
  );
  assertThrows(
    () => initializers.fans([3, 4], { inAxis: 0, outAxis: 2 }),
    ShapeError,
    "fans: axis 2 is out of range for [3, 4]",
  );
  assertThrows(
    () => initializers.fans([3, 4], { inAxis: 0, outAxis: -2 }),
    ShapeError,
    "fans: axis -2 is named twice for [3, 4]",
  );
  assertThrows(() => initializers.varianceScaling(0), RangeError, "the scale must be positive");
});

const key = random.key(3);

const each: Readonly<Record<string, Initializer>> = {
  constant: initializers.constant(2),
  heNormal: initializers.heNormal(),
  heUniform: initializers.heUniform(),
  normal: initializers.normal(),
  ones: initializers.ones,
  orthogonal: initializers.orthogonal(),
  siren: initializers.siren(),
  truncatedNormal: initializers.truncatedNormal(),
  uniform: initializers.uniform(),
  varianceScaling: initializers.varianceScaling(1, "fanAvg", "normal"),
  zerO: initializers.zerO(),
  zeros: initializers.zeros,
};

Deno.test("initializers: typed by shape and dtype, the same from the same key, in jit and vmap", () => {
  for (const [name, init] of Object.entries(each)) {
    const w = init(key, [3, 4]);
    assertType<IsExact<typeof w, Tensor<[3, 4], "float32">>>(true);
    const wide = init(key, [2, 3, 4], "float64");
    assertType<IsExact<typeof wide, Tensor<[2, 3, 4], "float64">>>(true);
    assertEquals([[...wide.shape], wide.dtype], [[2, 3, 4], "float64"], name);
    const rows = <I extends Dim>(inputs: I): Tensor<[I, 4]> => init(key, [inputs, 4]);
    assertEquals(rows(3).toArray(), w.toArray(), name);
    assertClose(jit((k: random.Key) => init(k, [3, 4]))(key).toArray(), w.toArray(), 2e-6, name);
    assertEquals([...init(key, [0, 4]).shape], [0, 4], name);
    const keys = random.split(key, 3);
    const together = vmap((k: random.Key) => init(k, [3, 4]).add(0))(
      stack(keys as never) as never,
    ) as AnyTensor;
    const apart = keys.map((k) => init(k, [3, 4]).toArray());
    assertClose(together.toArray(), apart, 2e-6, `vmap of ${name}`);
  }
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => initializers.heNormal()(key, [2, -3]),
    ShapeError,
    "heNormal: a dim must be a whole number from 0 on, got -3",
  );
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => initializers.zeros(key, [0.5]),
    ShapeError,
    "zeros: a dim must be a whole number from 0 on, got 0.5",
  );
});

Deno.test("initializers go into layers", () => {
  const params = linear.init(key, 4, 3, { init: initializers.orthogonal(), dtype: "float64" });
  assertType<IsExact<typeof params.weight, Tensor<[4, 3], "float64">>>(true);
  assertClose(
    matmul(transpose(params.weight), params.weight).toArray(),
    eye(3).toArray(),
    1e-14,
    "",
    1,
  );
});

const size = fc.integer({ min: 1, max: 9 });

Deno.test("orthogonal: QᵀQ = I, or Q Qᵀ = I where there are more outputs", () => {
  fc.assert(
    fc.property(fc.nat(), size, size, size, fc.boolean(), (seed, a, b, k, conv) => {
      const gain = 0.5;
      const layout = conv ? "conv" : "dense";
      const shape = conv ? [b, a, k] : [k, a, b];
      const w: Tensor<Shape, "float64"> = initializers.orthogonal({ gain, layout })(
        random.key(seed),
        shape,
        "float64",
      );
      const rows: Tensor<Shape, "float64"> = conv
        ? transpose(reshape(w, [b, a * k] as Shape))
        : reshape(w, [k * a, b] as Shape);
      const [tall, least] = [a * k >= b, Math.min(a * k, b)];
      const product = tall ? matmul(transpose(rows), rows) : matmul(rows, transpose(rows));
      assertClose(
        product.toArray(),
        eye(least).mul(gain * gain).toArray(),
        1e-14,
        `[${shape}] ${layout}`,
        1,
      );
    }),
    { numRuns: 40 },
  );
});

Deno.test("orthogonal: a batch of kernels, each orthogonal", () => {
  const layout = { inAxis: 0, outAxis: 2, batchAxis: 1 };
  const w = initializers.orthogonal({ layout })(key, [4, 3, 2], "float64");
  for (const i of [0, 1, 2] as const) {
    const one = w.slice([null, i]);
    const product = matmul(transpose(one), one);
    assertClose(product.toArray(), eye(2).toArray(), 1e-14, `kernel ${i}`, 1);
  }
});

Deno.test("zerO: the identity, part of it, or a Hadamard matrix", () => {
  fc.assert(fc.property(size, size, (inputs, outputs) => {
    const w: Tensor<Shape, "float64"> = initializers.zerO()(key, [inputs, outputs], "float64");
    let hadamard: AnyTensor = tensor([[1]], "float64");
    const [one, levels] = [tensor([[1, 1], [1, -1]], "float64"), Math.ceil(Math.log2(outputs))];
    for (let m = 0; m < levels; m++) hadamard = kron(one, hadamard as Tensor<[1, 1], "float64">);
    const corner = (rows: AnyTensor): number[][] =>
      (rows.toArray() as number[][]).slice(0, inputs).map((row) => row.slice(0, outputs));
    const expected = outputs <= inputs
      ? Array.from(
        { length: inputs },
        (_, i) => Array.from({ length: outputs }, (_, o) => Number(i === o)),
      )
      : corner(hadamard.mul(2 ** (-levels / 2)) as AnyTensor);
    assertClose(w.toArray(), expected, 1e-15, `[${inputs}, ${outputs}]`);
    if (outputs > inputs && 2 ** levels === outputs) {
      const product = matmul(w, transpose(w)) as AnyTensor;
      assertClose(product.toArray(), eye(inputs as Dim).toArray(), 1e-14, "lengths", 1);
    }
  }));
});

Deno.test("zerO: convolutions that leave their input as it is", () => {
  const x = random.normal(key, [2, 4, 5, 6]);
  const init = initializers.zerO({ layout: "conv" });
  const same = conv2d(x, init(key, [4, 4, 3, 3]), { padding: "SAME" });
  assertEquals(same.toArray(), x.toArray());
  const fewer = conv2d(x, init(key, [2, 4, 3, 5]), { padding: "SAME" });
  assertEquals(fewer.toArray(), x.slice([null, [0, 2]]).toArray());
  const apart = initializers.zerO({ layout: "conv", groups: 4 })(key, [4, 1, 3, 3]);
  assertEquals(conv2d(x, apart, { padding: "SAME", groups: 4 }).toArray(), x.toArray());
  assertThrows(
    () => initializers.zerO({ layout: "conv", groups: 3 })(key, [4, 1, 3, 3]),
    ShapeError,
    "zerO: 3 groups do not divide 4 outputs",
  );
});

Deno.test("regularizers are Keras's, over a tree", () => {
  const { leaves, cases } = recorded.regularizers;
  const params = {
    hidden: { weight: fromBuffer(Float64Array.from(flat(leaves[0])), [2, 3]) },
    output: [fromBuffer(Float64Array.from(flat(leaves[1])), [2])] as const,
  };
  for (const { name, strength, value, gradient } of cases) {
    const f = (p: typeof params) => regularizers[name](p, strength);
    const found = f(params);
    assertType<IsExact<typeof found, Tensor<[], "float64">>>(true);
    assertClose([found.item(), jit(f)(params).item()], [value, value].map(Number), 1e-15, name);
    const slope = grad(f)(params);
    assertClose([...slope.hidden.weight.data], flat(gradient[0]), 1e-15, name);
    assertClose([...slope.output[0].data], flat(gradient[1]), 1e-15, name);
  }
});

Deno.test("regularizers: dtypes, nothing at all, and wrong leaves", () => {
  const mixed = regularizers.l2({ a: tensor([3]), b: tensor([4], "float64") }, 1);
  assertType<IsExact<typeof mixed, Tensor<[], "float64">>>(true);
  assertEquals([mixed.dtype as string, mixed.item()], ["float64", 25]);
  const single = regularizers.l1([tensor([3]), tensor([-4, 1])]);
  assertType<IsExact<typeof single, Tensor<[], "float32">>>(true);
  assertClose([single.item()], [0.08], 1e-6);
  const none = regularizers.l2({});
  assertType<IsExact<typeof none, Tensor<[], "float32">>>(true);
  assertEquals([none.dtype as string, none.item()], ["float32", 0]);
  assertEquals(regularizers.l1([tensor([2, -3], "int32")], 1).item(), 5);
  assertThrows(() => regularizers.l1({ a: 3 }), TreeError);
  const x = tensor([0.5, -2], "float64");
  checkGrads((x: Tensor<[2], "float64">) => regularizers.l2({ x }, 0.1), [x], { order: 2 });
});
