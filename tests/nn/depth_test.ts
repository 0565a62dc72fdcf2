/** What becomes of variance through 50 layers: kept where theory says so, and lost where not. */
import { assert } from "@std/assert";
import {
  type AnyTensor,
  conv2d,
  jit,
  matmul,
  mean,
  random,
  sin,
  square,
  type Tensor,
} from "@katachi/katachi";
import { type Initializer, initializers, relu, selu, sine, tanh } from "@katachi/katachi/nn";
import { assertClose } from "../fixtures/figures.ts";

const [depth, examples] = [50, 32];

type Signals = Tensor<[number, number], "float64">;

/** The mean square of signals before 50 layers, and after each. */
function meanSquares(
  init: Initializer,
  activation: (x: AnyTensor) => AnyTensor,
  start: (x: AnyTensor) => AnyTensor = (x) => x,
  width = 256,
): number[] {
  const [key, ...keys] = random.split(random.key(0), depth + 1);
  const layer = jit((key: random.Key, x: Signals): Signals =>
    activation(matmul(x, init(key, [width, width], "float64"))) as unknown as Signals
  );
  let x = start(random.normal(key, [examples, width], { dtype: "float64" })) as unknown as Signals;
  const squares = [mean(square(x)).item()];
  for (const key of keys) {
    x = layer(key, x);
    squares.push(mean(square(x)).item());
  }
  return squares;
}

const gainOf = (squares: readonly number[]) => squares[depth] / squares[1];
const linear = (x: AnyTensor) => x;
const plain = (x: AnyTensor) => relu(x);
const small = (x: AnyTensor) => x.mul(1e-4) as AnyTensor;

/**
 * In the mean variance is kept; in one network of width n its logarithm wanders by about √(5 · 50 / n).
 * (B. Hanin and D. Rolnick, "How to start training: the effect of initialization and architecture",
 * 2018.)
 */
const kept = (gain: number, what: string) =>
  assert(Math.exp(-4) < gain && gain < Math.exp(4), `${what}: ${gain}`);

/** As a factor per layer, of which `log₂` is given, over the 49 layers from the first on. */
const changed = (gain: number, log2: number, what: string) =>
  kept(gain / 2 ** (log2 * (depth - 1)), what);

Deno.test("He keeps variance through ReLUs, Xavier and LeCun halve it", () => {
  kept(gainOf(meanSquares(initializers.heNormal(), plain)), "heNormal");
  kept(gainOf(meanSquares(initializers.heUniform(), plain)), "heUniform");
  changed(gainOf(meanSquares(initializers.xavierUniform(), plain)), -1, "xavierUniform");
  changed(gainOf(meanSquares(initializers.lecunNormal(), plain)), -1, "lecunNormal");
});

Deno.test("Xavier keeps variance through linear layers and tanh near 0, He doubles it", () => {
  kept(gainOf(meanSquares(initializers.xavierUniform(), linear)), "xavierUniform");
  kept(gainOf(meanSquares(initializers.xavierNormal(), linear)), "xavierNormal");
  kept(gainOf(meanSquares(initializers.lecunUniform(), linear)), "lecunUniform");
  kept(gainOf(meanSquares(initializers.xavierUniform(), (x) => tanh(x), small)), "tanh");
  changed(gainOf(meanSquares(initializers.heNormal(), linear)), 1, "heNormal");
  const quarter = initializers.varianceScaling(1 / 4, "fanIn", "normal");
  changed(gainOf(meanSquares(quarter, (x) => tanh(x), small)), -2, "a scale of 1/4");
});

Deno.test("LeCun keeps variance 1 through selu, which holds it there", () => {
  const squares = meanSquares(initializers.lecunNormal(), (x) => selu(x));
  const doubled = meanSquares(initializers.lecunNormal(), (x) => selu(x), (x) => x.mul(2));
  for (const found of [squares, doubled]) {
    assert(found.slice(-20).every((v) => 0.7 < v && v < 1.4), `${found.slice(-20)}`);
  }
});

Deno.test("SIREN keeps the variance of sines, at the fixed point of the theory", () => {
  // Sines of a normal variable of variance v have the mean square (1 - e^(-2v)) / 2, and the next
  // layer's variable twice that as its variance.
  let v = 1;
  for (let i = 0; i < 100; i++) v = 1 - Math.exp(-2 * v);
  const squares = meanSquares(initializers.siren(), (x) => sine(x), (x) => sin(x));
  for (const [i, found] of squares.entries()) {
    if (i >= 10) assertClose([found], [v / 2], 0.03, `layer ${i}`);
  }
  const w1 = meanSquares(initializers.siren({ w0: 1 }), (x) => sine(x, 1), (x) => sin(x));
  assertClose([w1[depth]], [v / 2], 0.03, "w0 = 1");
  // With weights half as large a variable has a quarter of the variance.
  const half = meanSquares(initializers.siren({ w0: 60 }), (x) => sine(x), (x) => sin(x));
  assert(half[depth] < 1e-10, `half: ${half[depth]}`);
});

Deno.test("orthogonal matrices keep it to rounding, and lose it with ReLUs", () => {
  const through = (init: Initializer, activation: (x: AnyTensor) => AnyTensor) =>
    gainOf(meanSquares(init, activation, linear, 96));
  assertClose([through(initializers.orthogonal(), linear)], [1], 1e-12);
  changed(through(initializers.orthogonal(), plain), -1, "with ReLUs");
  const gain = Math.SQRT2;
  kept(through(initializers.orthogonal({ gain }), plain), "with a gain of √2");
  assertClose([through(initializers.zerO(), linear)], [1], 0, "zerO");
});

Deno.test("the layout of a kernel decides: variance 1 after a convolution, else 1 / 9", () => {
  const [k1, k2] = random.split(random.key(1));
  const x = random.normal(k1, [8, 64, 9, 9], { dtype: "float64" });
  const after = (init: Initializer) => {
    const y = conv2d(x, init(k2, [27, 64, 3, 3], "float64"));
    return mean(square(y)).item();
  };
  assertClose([after(initializers.lecunNormal({ layout: "conv" }))], [1], 0.1);
  // Read as [window, window, in, out] it seems to have 27 · 64 · 3 inputs, and has 64 · 9.
  assertClose([after(initializers.lecunNormal())], [1 / 9], 0.1);
});
