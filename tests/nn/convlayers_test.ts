/**
 * Convolution and pooling layers against the figures of PyTorch and Keras
 * (`tools/oracle_convlayers.py`), by every way of calling them.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import * as nn from "@katachi/katachi/nn";
import { checkGrads } from "@katachi/katachi/testing";
import { assertClose, figures } from "../fixtures/figures.ts";

interface Operand {
  readonly shape: number[];
  readonly data: number[];
}

interface Case {
  readonly layer: string;
  readonly of: unknown[];
  readonly options: Record<string, unknown> | null;
  readonly params: Record<string, Operand>;
  readonly x: Operand;
  readonly shape: number[];
  readonly value: number[];
  readonly gradients: number[][];
}

type Params = Record<string, k.AnyTensor>;
type Of = (...of: unknown[]) => nn.AnyLayer;
type Apply = (params: Params, x: k.AnyTensor) => k.AnyTensor;

const layers = nn as unknown as Record<string, { readonly of: Of }>;
const key = k.random.key(0);

/** A case's layer, its parameters and its input. */
function read({ layer, of, options, params, x }: Case): [Apply, Params, k.AnyTensor] {
  const tensor = ({ shape, data }: Operand) => k.fromBuffer(Float64Array.from(data), shape);
  const made = layers[layer].of(...of, ...(options === null ? [] : [options]));
  const { apply } = made as unknown as { apply: Apply };
  const read = Object.fromEntries(Object.entries(params).map(([name, p]) => [name, tensor(p)]));
  return [apply, read, tensor(x)];
}

/** The function form of a case, where there is one: the parameters first, if it has any. */
function called({ layer, of, options }: Case): Apply | undefined {
  const f = layers[layer] as unknown as (...args: unknown[]) => k.AnyTensor;
  if (typeof f !== "function") return undefined;
  return options === null ? (_, x) => f(x, ...of) : (params, x) => f(params, x, options);
}

const close = (y: k.AnyTensor, figures: unknown, tolerance: number, what: string) =>
  assertClose([...y.data], figures, tolerance, what, 1);

const convlayers = await figures<{ torch: Case[]; keras: Case[] }>("convlayers");
const pooling = await figures<{ torch: Case[] }>("pooling");

for (const one of [...convlayers.torch, ...pooling.torch]) {
  const name = `${one.layer}.of(${JSON.stringify(one.of).slice(1, -1)})`;
  Deno.test(`${name} of [${one.x.shape}], ${JSON.stringify(one.options)}: PyTorch's`, () => {
    const [apply, params, x] = read(one);
    const [y, pullback] = k.vjp(apply as never, params as never, x as never) as unknown as [
      k.AnyTensor,
      (cotangent: k.AnyTensor) => [Params, k.AnyTensor],
    ];
    assertEquals([y.dtype, ...y.shape], ["float64", ...one.shape]);
    close(y, one.value, 1e-10, "value");
    const size = one.value.length;
    const cosines = Float64Array.from({ length: size }, (_, i) => Math.cos(i));
    const [dparams, dx] = pullback(k.fromBuffer(cosines, one.shape));
    const [byInput, ...byParams] = one.gradients;
    close(dx, byInput, 1e-10, "by input");
    for (const [i, name] of Object.keys(params).entries()) {
      close(dparams[name], byParams[i], 1e-10, `by ${name}`);
    }

    const form = called(one);
    if (form !== undefined) assertEquals([...form(params, x).data], [...y.data], "function");
    const jitted = k.jit(apply as never) as unknown as Apply;
    close(jitted(params, x), one.value, 1e-10, "jit");
    const mapped = k.vmap(apply as never, { inAxes: [null, 0] }) as unknown as Apply;
    const both = mapped(params, k.stack([x, x.mul(2)]) as k.AnyTensor);
    assertEquals([...both.shape], [2, ...one.shape]);
    close(both, [...y.data, ...apply(params, x.mul(2) as k.AnyTensor).data], 1e-12, "vmap");
    const single = (x: k.AnyTensor) => x.astype("float32") as k.AnyTensor;
    const narrow = Object.entries(params).map(([name, p]) => [name, single(p)] as const);
    const z = apply(Object.fromEntries(narrow), single(x));
    assertEquals(z.dtype, "float32");
    close(z, one.value, 2e-6, "float32");
  });
}

for (const one of convlayers.keras) {
  Deno.test(`${one.layer} of [${one.x.shape}], ${JSON.stringify(one.options)}: Keras's`, () => {
    const [apply, params, x] = read(one);
    const y = apply(params, x);
    assertEquals([...y.shape], one.shape);
    close(y, one.value, 1e-10, "value");
  });
}

Deno.test("convolution layers: their parameters' shapes, dtypes, and first values", () => {
  const a = nn.conv.init(key, 6, 4, [5, 3], { groups: 2 });
  assertType<IsExact<typeof a, nn.ConvParams<[4, 3, 5, 3], 4, "float32">>>(true);
  assertEquals([...a.weight.shape], [4, 3, 5, 3]);
  assertEquals([...a.bias.data], [0, 0, 0, 0]);
  const b = nn.conv.init(key, 16, 32, [9], { bias: false, dtype: "float64" });
  assertType<IsExact<typeof b, nn.ConvWeight<[32, 16, 9], "float64">>>(true);
  assertEquals([b.weight.dtype, Object.keys(b)], ["float64", ["weight"]]);
  const bound = 1 / Math.sqrt(16 * 9);
  const largest = Math.max(...b.weight.data.map(Math.abs));
  assert(largest <= bound && largest > 0.999 * bound);
  assertClose(k.variance(b.weight).item(), bound ** 2 / 3, 0.05, "variance", 0);

  const c = nn.convTranspose.init(key, 6, 4, [2, 2], { groups: 2, dtype: "float64" });
  assertType<IsExact<typeof c, nn.ConvParams<[6, 2, 2, 2], 4, "float64">>>(true);
  assertEquals([[...c.weight.shape], [...c.bias.shape]], [[6, 2, 2, 2], [4]]);
  const d = nn.depthwiseConv.init(key, 6, [3, 3, 3], { multiplier: 2 });
  assertType<IsExact<typeof d, nn.ConvParams<[12, 1, 3, 3, 3], 12, "float32">>>(true);
  assertEquals([[...d.weight.shape], [...d.bias.shape]], [[12, 1, 3, 3, 3], [12]]);
  const e = nn.separableConv.init(key, 6, 4, [3, 3], { multiplier: 2, bias: false });
  assertType<IsExact<typeof e, nn.SeparableWeights<[12, 1, 3, 3], [4, 12, 1, 1], "float32">>>(true);
  assertEquals([[...e.depthwise.shape], [...e.pointwise.shape]], [[12, 1, 3, 3], [4, 12, 1, 1]]);
  const f = nn.separableConv.init(key, 6, 4, [3], { dtype: "float64" });
  assertType<IsExact<typeof f, nn.SeparableParams<[6, 1, 3], [4, 6, 1], "float64">>>(true);
  assertEquals([f.depthwise.dtype, f.pointwise.dtype, f.bias.dtype], Array(3).fill("float64"));
});

Deno.test("convolution layers: with an initializer of one's own", () => {
  const shapes: (readonly number[])[] = [];
  const init: nn.Initializer = (_, shape, dtype) => {
    shapes.push([...shape]);
    return k.full(shape, 0.5, dtype) as never;
  };
  const { weight } = nn.conv.of(2, 3, [2, 2], { init, dtype: "float64" }).init(key);
  assertEquals([weight.dtype, ...new Set(weight.data)], ["float64", 0.5]);
  nn.convTranspose.init(key, 2, 3, [2], { init });
  nn.depthwiseConv.init(key, 2, [2], { init });
  nn.separableConv.init(key, 2, 3, [2], { init });
  const he = nn.initializers.heUniform({ layout: "conv" });
  const { weight: wide } = nn.conv.of(16, 32, [3, 3], { init: he, dtype: "float64" }).init(key);
  assertType<IsExact<typeof wide, k.Tensor<[32, 16, 3, 3], "float64">>>(true);
  const bound = Math.sqrt(6 / (16 * 9));
  const largest = Math.max(...wide.data.map(Math.abs));
  assert(largest <= bound && largest > 0.99 * bound);
  assertEquals(shapes, [[3, 2, 2, 2], [2, 3, 2], [2, 1, 2], [2, 1, 2], [3, 2, 1]]);
});

Deno.test("layers of convolution and pooling: shapes as the compiler has them", () => {
  const x = k.zeros([2, 4, 9, 8]);
  const conv = nn.conv.of(4, 6, [3, 3], { padding: "SAME", stride: 2, groups: 2 });
  const a = conv.apply(conv.init(key), x);
  assertType<IsExact<typeof a, k.Tensor<[2, 6, 5, 4], "float32">>>(true);
  const up = nn.convTranspose.of(4, 6, [2, 2], { stride: 2, groups: 2, dtype: "float64" });
  const b = up.apply(up.init(key), x);
  assertType<IsExact<typeof b, k.Tensor<[2, 6, 18, 16], "float64">>>(true);
  const deep = nn.depthwiseConv.of(4, [3, 2], { multiplier: 3 });
  const c = deep.apply(deep.init(key), x);
  assertType<IsExact<typeof c, k.Tensor<[2, 12, 7, 7], "float32">>>(true);
  const apart = nn.separableConv.of(4, 5, [3, 3], { padding: 1, multiplier: 2 });
  const d = apart.apply(apart.init(key), x);
  assertType<IsExact<typeof d, k.Tensor<[2, 5, 9, 8], "float32">>>(true);
  const e = nn.maxPooling.of([3, 2], { stride: 1 }).apply({}, x);
  assertType<IsExact<typeof e, k.Tensor<[2, 4, 7, 7], "float32">>>(true);
  const f = nn.avgPooling.of(2, { countIncludePad: true, padding: [1, 0] }).apply({}, x);
  assertType<IsExact<typeof f, k.Tensor<[2, 4, 5, 4], "float32">>>(true);
  const g = nn.adaptiveMaxPooling.of(7).apply({}, x);
  assertType<IsExact<typeof g, k.Tensor<[2, 4, 7, 7], "float32">>>(true);
  const h = nn.adaptiveAvgPooling(x, [3, 2]);
  assertType<IsExact<typeof h, k.Tensor<[2, 4, 3, 2], "float32">>>(true);
  const i = nn.globalAvgPooling(x);
  assertType<IsExact<typeof i, k.Tensor<[2, 4], "float32">>>(true);
  const j = nn.globalMaxPooling.of({ keepDims: true }).apply({}, k.zeros([2, 4, 9], "int32"));
  assertType<IsExact<typeof j, k.Tensor<[2, 4, 1], "float32">>>(true);
  const shapes = [a, b, c, d, e, f, g, h, i, j].map(({ shape }) => [...shape]);
  assertEquals(shapes.slice(0, 4), [[2, 6, 5, 4], [2, 6, 18, 16], [2, 12, 7, 7], [2, 5, 9, 8]]);
  assertEquals(shapes.slice(4, 7), [[2, 4, 7, 7], [2, 4, 5, 4], [2, 4, 7, 7]]);
  assertEquals(shapes.slice(7), [[2, 4, 3, 2], [2, 4], [2, 4, 1]]);
  assertEquals([b.dtype, j.dtype], ["float64", "float32"]);
});

/** Simonyan and Zisserman's, in small, for images of 32 x 32. */
const same = { padding: "SAME" } as const;
const vgg = nn.sequential(
  nn.conv.of(3, 4, [3, 3], same),
  nn.relu,
  nn.conv.of(4, 4, [3, 3], same),
  nn.relu,
  nn.maxPooling.of(2),
  nn.conv.of(4, 8, [3, 3], same),
  nn.relu,
  nn.conv.of(8, 8, [3, 3], same),
  nn.relu,
  nn.maxPooling.of(2),
  nn.flatten.of(),
  nn.linear.of(512, 16),
  nn.relu,
  nn.linear.of(16, 10),
);

Deno.test("a VGG is checked from its images to its logits", () => {
  const params = vgg.init(key);
  assertType<IsExact<typeof params[0], nn.ConvParams<[4, 3, 3, 3], 4, "float32">>>(true);
  const logits = <B extends k.Dim>(x: k.Tensor<[B, 3, 32, 32]>): k.Tensor<[B, 10]> =>
    vgg.apply(params, x);
  const x = k.random.normal(key, [2, 3, 32, 32]);
  const y = logits(x);
  assertType<IsExact<typeof y, k.Tensor<[2, 10], "float32">>>(true);
  assertEquals([...y.shape], [2, 10]);
  const loss = (p: typeof params) =>
    nn.softmaxCrossEntropy(vgg.apply(p, x), k.tensor([3, 7], "int32"));
  const g = k.jit(k.grad(loss))(params);
  assertType<IsExact<typeof g, typeof params>>(true);
  assert(g[0].weight.data.some((d) => d !== 0));
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => vgg.apply(params, k.zeros([2, 1, 32, 32])),
    k.ShapeError,
    "sequential: layer 0: conv: channels differ: input [2, 1, 32, 32] has 1, " +
      "kernel [4, 3, 3, 3] wants 3",
  );
});

Deno.test("a convolution of a batch that only a caller knows, and of a rank that none does", () => {
  const block = nn.sequential(
    nn.separableConv.of(3, 8, [3, 3], { padding: 1 }),
    nn.convTranspose.of(8, 4, [2, 2], { stride: 2 }),
    nn.depthwiseConv.of(4, [3, 3], { padding: 1 }),
    nn.adaptiveAvgPooling.of([5, 5]),
    nn.globalMaxPooling.of(),
  );
  const params = block.init(key);
  const any = <B extends k.Dim>(x: k.Tensor<[B, 3, 8, 8]>): k.Tensor<[B, 4]> =>
    block.apply(params, x);
  assertEquals([...any(k.zeros([6, 3, 8, 8])).shape], [6, 4]);
  assertEquals([...any(k.zeros([0, 3, 8, 8])).shape], [0, 4]);
  const unknown: k.Tensor = k.zeros([2, 3, 8, 8]);
  const y = block.apply(params, unknown);
  assertType<IsExact<typeof y, k.Tensor<k.Shape, "float32">>>(true);
  assertEquals([...y.shape], [2, 4]);
});

/** Adaptive pooling by its definition, on one axis. */
function defined(row: readonly number[], size: number, combine: (part: number[]) => number) {
  return Array.from({ length: size }, (_, i) =>
    combine(
      row.slice(Math.floor(i * row.length / size), Math.ceil((i + 1) * row.length / size)),
    ));
}

Deno.test("adaptive pooling is what its definition says; infinities and NaN stay where they are", () => {
  const number = fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: -1e4, max: 1e4, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
  );
  const rows = fc.array(number, { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(rows, fc.integer({ min: 1, max: 14 }), (row, size) => {
    const x = k.tensor([[row]], "float64");
    assertEquals(
      [...nn.adaptiveMaxPooling(x, size).data],
      defined(row, size, (part) => Math.max(...part)).map((v) => v + 0),
    );
    const mean = (part: number[]) => part.reduce((a, b) => a + b, 0) / part.length;
    assertClose([...nn.adaptiveAvgPooling(x, size).data], defined(row, size, mean), 1e-12, "", 1e4);
  }));
});

Deno.test("convolution and pooling layers have derivatives, the second too", () => {
  const wide = { dtype: "float64" } as const;
  const model = nn.sequential(
    nn.conv.of(2, 3, [2, 2], { ...wide, stride: 2, padding: 1 }),
    k.tanh,
    nn.separableConv.of(3, 2, [2, 2], { ...wide, multiplier: 2 }),
    nn.convTranspose.of(2, 2, [3, 2], { ...wide, stride: 2 }),
    k.tanh,
    nn.adaptiveAvgPooling.of([3, 2]),
    nn.globalAvgPooling.of(),
  );
  const params = model.init(key);
  const x = k.random.normal(k.random.key(1), [2, 2, 4, 4], wide);
  checkGrads((p: typeof params, y: typeof x) => k.sum(model.apply(p, y).mul(k.sin(y).mean())), [
    params,
    x,
  ]);
});
