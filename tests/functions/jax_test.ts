/**
 * Values, gradients and conventions against JAX's, in float64, at ordinary points and at the ones
 * where conventions are needed; `tools/oracle.py` made the figures.
 */
import { assertEquals } from "@std/assert";
import * as k from "@katachi/katachi";
import * as nn from "@katachi/katachi/nn";
import { assertClose, type Figure, figures, numbers, wave } from "../fixtures/figures.ts";

type Unary = (x: k.AnyTensor) => k.AnyTensor;
type Binary = (a: k.AnyTensor, b: k.AnyTensor) => k.AnyTensor;
type Row = (x: k.AnyTensor) => k.AnyTensor;

const wide = (figure: Figure): k.AnyTensor =>
  k.fromBuffer(Float64Array.from([numbers(figure)].flat(Infinity) as number[]), shapeOf(figure));

function shapeOf(figure: Figure): number[] {
  return Array.isArray(figure) ? [figure.length, ...shapeOf(figure[0])] : [];
}

const elementwise = await figures<{
  points: Figure[];
  slopePoints: Figure[];
  unary: Record<string, { values: Figure; slopes: Figure[] }>;
  grid: [number, number][];
  wild: [Figure, Figure][];
  binary: Record<string, { values: Figure; slopes: [Figure, Figure][] }>;
}>("elementwise");

const library = {
  ...k,
  ...nn,
  // JAX's default is the approximation.
  gelu: (x: k.AnyTensor) => nn.gelu(x, { approximate: true }),
} as unknown as Record<string, Unary & Binary>;

for (const [name, { values, slopes }] of Object.entries(elementwise.unary)) {
  Deno.test(`${name}: JAX's values, at NaN and infinities too`, () => {
    assertClose(library[name](wide(elementwise.points)).toArray(), numbers(values), 1e-12, name);
  });

  Deno.test(`${name}: JAX's derivatives, at kinks and poles too`, () => {
    const derivative = k.grad((x: k.Tensor<[], "float64">) => library[name](x).sum());
    for (const [i, point] of elementwise.slopePoints.entries()) {
      const found = derivative(k.tensor(Number(point), "float64")).item();
      assertClose(found, Number(slopes[i]), 1e-12, `${name}'(${point})`);
    }
  });
}

for (const [name, { values, slopes }] of Object.entries(elementwise.binary)) {
  const pairs = [...elementwise.grid, ...elementwise.wild];

  Deno.test(`${name}: JAX's values, at NaN and infinities too`, () => {
    const results = pairs.map(([a, b]) => library[name](wide(a), wide(b)).toArray());
    assertClose(results, numbers(values), 1e-12, name);
  });

  Deno.test(`${name}: JAX's derivatives, at ties and zeros too`, () => {
    const derivative = k.grad(
      (a: k.Tensor<[], "float64">, b: k.Tensor<[], "float64">) => library[name](a, b).sum(),
      { argnums: [0, 1] },
    );
    for (const [i, [a, b]] of elementwise.grid.entries()) {
      const found = derivative(k.tensor(a, "float64"), k.tensor(b, "float64"));
      assertClose(
        found.map((x) => x.item()),
        numbers(slopes[i]),
        1e-12,
        `${name}'(${a}, ${b})`,
      );
    }
  });
}

const alongAxes = await figures<{
  labels: string[];
  rows: Figure[];
  functions: Record<string, Record<string, { values: Figure; pulled: Figure }>>;
  clip: Figure;
  einsum: { equation: string; operands: Figure[]; result: Figure }[];
  convolutions: {
    stride: [number, number];
    padding: "VALID" | "SAME" | [[number, number], [number, number]];
    dilation: [number, number];
    groups: number;
    result: Figure;
    byInput: Figure;
    byKernel: Figure;
  }[];
}>("along_axes");

for (const [name, byLabel] of Object.entries(alongAxes.functions)) {
  for (const [i, label] of alongAxes.labels.entries()) {
    Deno.test(`${name} of ${label} rows: JAX's values and gradients`, () => {
      const along =
        (k as unknown as Record<string, (x: k.AnyTensor, axis: number) => k.AnyTensor>)[name];
      const f: Row = (x) => along(x, 1);
      const [y, pullback] = k.vjp(f, wide(alongAxes.rows[i]));
      const { values, pulled } = byLabel[label];
      assertClose(y.toArray(), numbers(values), 1e-12, name);
      const weights = k.arange(1, y.size + 1, 1, "float64").reshape(y.shape);
      assertClose(pullback(weights)[0].toArray(), numbers(pulled), 1e-12, name);
    });
  }
}

Deno.test("clip: half of the gradient on a bound, as JAX's", () => {
  const f = (x: k.Tensor<[5], "float64">) => k.clip(x, 0, 1).sum();
  const found = k.grad(f)(k.tensor([-1, 0, 0.5, 1, 2], "float64"));
  assertEquals(found.toArray(), numbers(alongAxes.clip) as number[]);
});

for (const { equation, operands, result } of alongAxes.einsum) {
  Deno.test(`einsum ${equation}: JAX's values`, () => {
    const found = k.einsum(equation as string, ...operands.map(wide));
    assertClose(found.toArray(), numbers(result), 1e-12, equation);
    assertEquals([...found.shape], shapeOf(result));
  });
}

for (const { result, byInput, byKernel, ...options } of alongAxes.convolutions) {
  Deno.test(`conv2d ${JSON.stringify(options)}: JAX's values and gradients`, () => {
    const image = wave(Math.sin, [2, 4, 7, 6]);
    const kernel = wave(Math.cos, [6, 4 / options.groups, 3, 2]);
    const f = (x: k.AnyTensor, w: k.AnyTensor): k.AnyTensor => k.conv2d(x, w, options);
    const [y, pullback] = k.vjp(f, image, kernel);
    assertEquals([...y.shape], shapeOf(result));
    assertClose(y.toArray(), numbers(result), 1e-11, "value");
    const [dx, dw] = pullback(wave(Math.cos, y.shape));
    assertClose(dx.toArray(), numbers(byInput), 1e-11, "by input");
    assertClose(dw.toArray(), numbers(byKernel), 1e-11, "by kernel");
  });
}

Deno.test("where: a NaN in the branch not taken reaches the gradient, as in JAX, unless guarded", () => {
  type Scalar = k.Tensor<[], "float64">;
  const bare = (x: Scalar) => k.where(k.greater(x, 0), k.log(x), 0).sum();
  const guarded = (x: Scalar) => {
    const positive = k.greater(x, 0);
    return k.where(positive, k.log(k.where(positive, x, 1)), 0).sum();
  };
  const at = (f: (x: Scalar) => Scalar, x: number) => k.grad(f)(k.tensor(x, "float64")).item();
  assertEquals([at(bare, 2), at(guarded, 2)], [0.5, 0.5]);
  assertEquals([at(bare, 0), at(guarded, 0)], [NaN, 0]);
});
