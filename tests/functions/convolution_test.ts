/**
 * Convolutions against JAX's figures (`tools/oracle_windows.py`), against their definition, and
 * against their adjoints.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as k from "@katachi/katachi";
import { assertClose, type Figure, figures, indices, numbers, wave } from "../fixtures/figures.ts";

interface Case {
  readonly input: number[];
  readonly kernel: number[];
  readonly options: Record<string, unknown>;
  readonly value: Figure;
  readonly gradients: readonly [Figure, Figure];
}

const { convolutions, transposed } = await figures<
  { readonly convolutions: readonly Case[]; readonly transposed: readonly Case[] }
>("windows");

type Convolve = (x: k.AnyTensor, w: k.AnyTensor, options: unknown) => k.AnyTensor;

const conv = [k.conv1d, k.conv2d, k.conv3d] as unknown as readonly Convolve[];
const convTranspose = [
  k.convTranspose1d,
  k.convTranspose2d,
  k.convTranspose3d,
] as unknown as readonly Convolve[];

for (const [functions, cases] of [[conv, convolutions], [convTranspose, transposed]] as const) {
  for (const { input, kernel, options, value, gradients } of cases) {
    const f = functions[input.length - 3];
    Deno.test(`${f.name} of [${input}] by [${kernel}], ${JSON.stringify(options)}: JAX's`, () => {
      const run = (x: k.AnyTensor, w: k.AnyTensor): k.AnyTensor => f(x, w, options);
      const [y, pullback] = k.vjp(run, wave(Math.sin, input), wave(Math.cos, kernel));
      assertClose(y.toArray(), numbers(value), 1e-12, "value");
      const [dx, dw] = pullback(wave(Math.cos, y.shape));
      assertClose(dx.toArray(), numbers(gradients[0]), 1e-11, "by input");
      assertClose(dw.toArray(), numbers(gradients[1]), 1e-11, "by kernel");
    });
  }
}

/** How a convolution is drawn: sizes and settings for each spatial axis. */
const axis = fc.record({
  input: fc.nat(5),
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  inputDilation: fc.integer({ min: 1, max: 3 }),
  padding: fc.tuple(fc.nat(3), fc.nat(3)),
});

const drawn = fc.record({
  axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
  batch: fc.nat(2),
  groups: fc.integer({ min: 1, max: 2 }),
  inside: fc.integer({ min: 1, max: 2 }),
  features: fc.integer({ min: 1, max: 2 }),
});

type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;
type Axis = Drawn["axes"][number];

const extent = (n: number, dilation: number) => n === 0 ? 0 : (n - 1) * dilation + 1;

/** How much room the kernel has to move along an axis. */
const room = ({ input, inputDilation, padding: [before, after], kernel, dilation }: Axis) =>
  extent(input, inputDilation) + before + after - extent(kernel, dilation);

function setting<Name extends keyof Axis>(axes: readonly Axis[], name: Name): Axis[Name][] {
  return axes.map((one) => one[name]);
}

const at = ({ shape, data }: k.AnyTensor, index: readonly number[]) =>
  data[index.reduce((offset, i, axis) => offset * shape[axis] + i, 0)];

/** The convolution by its definition, one product after the other. */
function defined(x: k.AnyTensor, w: k.AnyTensor, { axes, groups }: Drawn): number[] {
  const [n, channels] = x.shape;
  const [inside, features] = [channels / groups, w.shape[0] / groups];
  const positions = axes.map((one) => Math.floor(room(one) / one.stride) + 1);
  return indices([n, w.shape[0], ...positions]).map(([image, feature, ...position]) => {
    let total = 0;
    for (const [channel, ...offset] of indices([inside, ...setting(axes, "kernel")])) {
      const source = axes.map(({ stride, dilation, inputDilation, padding: [before] }, i) =>
        (position[i] * stride + offset[i] * dilation - before) / inputDilation
      );
      if (source.some((s, i) => s < 0 || s >= axes[i].input || !Number.isInteger(s))) continue;
      const from = Math.floor(feature / features) * inside + channel;
      total += at(x, [image, from, ...source]) * at(w, [feature, channel, ...offset]);
    }
    return total;
  });
}

/** Operands for a drawn convolution. */
function operands({ axes, batch, groups, inside, features }: Drawn): [k.AnyTensor, k.AnyTensor] {
  return [
    wave((i) => Math.sin(3 * i + 1), [batch, groups * inside, ...setting(axes, "input")]),
    wave((i) => Math.cos(2 * i), [groups * features, inside, ...setting(axes, "kernel")]),
  ];
}

Deno.test("a convolution is what its definition says, in any number of axes", () => {
  const fitting = drawn.filter(({ axes }) => axes.every((one) => room(one) >= 0));
  fc.assert(
    fc.property(fitting, (example) => {
      const { axes, groups } = example;
      const [x, w] = operands(example);
      const options = {
        stride: setting(axes, "stride"),
        dilation: setting(axes, "dilation"),
        inputDilation: setting(axes, "inputDilation"),
        padding: setting(axes, "padding"),
        groups,
      };
      const y = conv[axes.length - 1](x, w, options);
      assertClose([...y.data], defined(x, w, example), 1e-12);
    }),
    { numRuns: 150 },
  );
});

Deno.test("the transposed convolution is the adjoint of the convolution", () => {
  const plain = drawn.map(({ axes, ...rest }) => ({
    ...rest,
    axes: axes.map((one) => ({ ...one, input: one.input + 1, inputDilation: 1 })),
  })).filter(({ axes }) => axes.every((one) => room(one) >= 0));
  fc.assert(
    fc.property(plain, (example) => {
      const { axes, groups } = example;
      const [x, w] = operands(example);
      const options = {
        stride: setting(axes, "stride"),
        dilation: setting(axes, "dilation"),
        padding: setting(axes, "padding"),
        groups,
      };
      const forward = conv[axes.length - 1](x, w, options);
      const y = wave((i) => Math.cos(5 * i + 2), forward.shape);
      const outputPadding = axes.map((one) => room(one) % one.stride);
      const back = convTranspose[axes.length - 1](y, w, { ...options, outputPadding });
      assertEquals([...back.shape], [...x.shape]);
      const dot = (a: k.AnyTensor, b: k.AnyTensor) => k.sum(k.mul(a, b)).item();
      assertClose(dot(forward, y), dot(x, back), 1e-10);
    }),
    { numRuns: 150 },
  );
});

Deno.test("SAME padding of a dilated input keeps the dilated size", () => {
  const x = wave(Math.sin, [1, 1, 4]);
  const w = wave(Math.cos, [1, 1, 3]);
  const apart = k.fromBuffer(
    Float64Array.from({ length: 7 }, (_, i) => i % 2 === 0 ? Math.sin(i / 2) : 0),
    [1, 1, 7],
  );
  const found = conv[0](x, w, { inputDilation: 2, padding: "SAME" });
  assertEquals(found.toArray(), conv[0](apart, w, { padding: "SAME" }).toArray());
});

Deno.test("integers are convolved as floats", () => {
  const x = k.tensor([[[1, 2, 3]]], "int32");
  const y = k.conv1d(x, k.tensor([[[1, 1]]], "int32"));
  assertEquals([y.dtype, y.toArray()], ["float32", [[[3, 5]]]]);
});
