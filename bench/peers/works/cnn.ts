/**
 * A step with momentum for a convolutional network, over a batch of 64 images of 28x28, and its forward
 * pass: 32 kernels of 6x6, 64 of 3x3, the largest of 2x2, 128 units, 10 classes.
 */
import * as k from "@katachi/katachi";
import { relu, softmaxCrossEntropy } from "@katachi/katachi/nn";
import { applyUpdates, sgd } from "@katachi/katachi/optim";
import type { Tensor4D, Variable } from "@tensorflow/tfjs";
import { addRow, crossEntropy, multiply, sumRows } from "../loops.ts";
import { array, type Arrays, jaxJs, tensorFlow } from "../libraries.ts";
import { bound, type Case, figures, oneHot, sizeOf, values, work } from "../work.ts";

const batch = 64;
const [rate, momentum] = [0.01, 0.9];

/** The parameters: kernels as [out, in, rows, columns], weights as [in, out]. */
const shapes = [[32, 1, 6, 6], [32], [64, 32, 3, 3], [64], [6400, 128], [128], [128, 10], [10]];
const bounds = [
  bound(36, 32 * 36),
  0,
  bound(32 * 9, 64 * 9),
  0,
  bound(6400, 128),
  0,
  bound(128, 10),
  0,
] as const;

interface Form extends Case {
  readonly training: boolean;
}

const cases: Record<string, Form> = {
  "CNN, momentum step": { training: true },
  "CNN, forward": { training: false },
};

/** The losses of the first steps. */
const losses = (step: () => number): number[] => Array.from({ length: 4 }, step);

export default work(cases, {
  katachi({ training }) {
    const x = array(20, [batch, 1, 28, 28], 0, 1);
    const y = k.fromBuffer(oneHot(21, batch, 10), [batch, 10]);
    let params = {
      k1: array(1, [32, 1, 6, 6], -bounds[0], bounds[0]),
      b1: array(2, [32], 0, 0),
      k2: array(3, [64, 32, 3, 3], -bounds[2], bounds[2]),
      b2: array(4, [64], 0, 0),
      w3: array(5, [6400, 128], -bounds[4], bounds[4]),
      b3: array(6, [128], 0, 0),
      w4: array(7, [128, 10], -bounds[6], bounds[6]),
      b4: array(8, [10], 0, 0),
    };
    type Params = typeof params;
    const logits = ({ k1, b1, k2, b2, w3, b3, w4, b4 }: Params, images: typeof x) => {
      const c1 = relu(k.add(k.conv2d(images, k1), b1.reshape([32, 1, 1])));
      const c2 = relu(k.add(k.conv2d(c1, k2), b2.reshape([64, 1, 1])));
      const pooled = k.maxPool(c2, { window: [2, 2] }).reshape([batch, 6400]);
      return k.add(k.matmul(relu(k.add(k.matmul(pooled, w3), b3)), w4), b4);
    };
    if (!training) {
      const f = k.jit(logits);
      return { run: () => f(params, x), check: () => figures(f(params, x).data) };
    }
    const optimizer = sgd(rate, { momentum });
    let state = optimizer.init(params);
    const next = k.jit((
      params: Params,
      before: typeof state,
      images: typeof x,
      targets: typeof y,
    ) => {
      const loss = (params: Params) => softmaxCrossEntropy(logits(params, images), targets);
      const [value, slopes] = k.valueAndGrad(loss)(params);
      const [updates, after] = optimizer.update(slopes, before, params);
      return { value, params: applyUpdates(params, updates), state: after };
    });
    const step = () => {
      const { value, ...after } = next(params, state, x, y);
      ({ params, state } = after);
      return value.item();
    };
    return { run: step, check: () => losses(step) };
  },

  async jaxJs({ training }) {
    const { jax, np, array } = await jaxJs();
    const { jit, lax, nn, tree, valueAndGrad } = jax;
    const x = array(20, [batch, 1, 28, 28], 0, 1);
    const y = np.array(oneHot(21, batch, 10), { shape: [batch, 10] });
    let params = shapes.map((shape, i) => array(i + 1, shape, -bounds[i], bounds[i]));
    let velocity = params.map((p) => np.zeros(p.shape));
    const logits = ([k1, b1, k2, b2, w3, b3, w4, b4]: Arrays, x: Arrays[0]) => {
      const c1 = nn.relu(lax.conv(x, k1, [1, 1], "VALID").add(b1.reshape([32, 1, 1])));
      const c2 = nn.relu(lax.conv(c1, k2, [1, 1], "VALID").add(b2.reshape([64, 1, 1])));
      const pooled = lax.reduceWindow(c2, np.max, [2, 2], [2, 2]).reshape([batch, 6400]);
      return np.matmul(nn.relu(np.matmul(pooled, w3).add(b3)), w4).add(b4);
    };
    if (!training) {
      const f = jit((params: Arrays, ...[x]: Arrays) => logits(params, x));
      return {
        run: async () => (await jax.blockUntilReady(f(tree.ref(params), x.ref))).dispose(),
        check: () => figures(f(tree.ref(params), x.ref).dataSync()),
      };
    }
    const loss = (params: Arrays, ...[x, y]: Arrays) =>
      np.sum(nn.logSoftmax(logits(params, x)).mul(y)).mul(-1 / batch);
    const next = jit((params: Arrays, velocity: Arrays, ...[x, y]: Arrays) => {
      const [value, slopes] = valueAndGrad(loss)(tree.ref(params), x, y) as [Arrays[0], Arrays];
      const v = velocity.map((v, i) => v.mul(momentum).add(slopes[i]));
      return [[value], params.map((p, i) => p.sub(v[i].ref.mul(rate))), v];
    });
    const step = () => {
      const [[value], ...after] = next(params, velocity, x.ref, y.ref) as Arrays[];
      [params, velocity] = after;
      return value.dataSync()[0];
    };
    return { run: step, check: () => losses(step) };
  },

  async tensorFlow({ training }) {
    const { tf, array } = await tensorFlow();
    // Channels last: images, kernels and the rows of the first weights lie in another order.
    const x = tf.transpose(array(20, [batch, 1, 28, 28], 0, 1), [0, 2, 3, 1]) as Tensor4D;
    const y = tf.tensor(oneHot(21, batch, 10), [batch, 10]);
    const [k1, b1, k2, b2, w3, b3, w4, b4] = shapes.map((shape, i) => {
      const given = array(i + 1, shape, -bounds[i], bounds[i]);
      if (shape.length === 4) return tf.variable(tf.transpose(given, [2, 3, 1, 0]));
      if (shape[0] !== 6400) return tf.variable(given);
      const rows = tf.transpose(tf.reshape(given, [64, 10, 10, 128]), [1, 2, 0, 3]);
      return tf.variable(tf.reshape(rows, shape));
    });
    const logits = () => {
      const convolve = (x: Tensor4D, kernel: Variable, bias: Variable) =>
        tf.relu(tf.add(tf.conv2d(x, kernel as never, 1, "valid"), bias));
      const c2 = convolve(convolve(x, k1, b1) as Tensor4D, k2, b2) as Tensor4D;
      const pooled = tf.reshape(tf.maxPool(c2, 2, 2, "valid"), [batch, 6400]);
      return tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(pooled, w3), b3)), w4), b4);
    };
    if (!training) {
      const f = () => tf.tidy(logits);
      return { run: () => f().dispose(), check: () => figures(f().dataSync()) };
    }
    const optimizer = tf.train.momentum(rate, momentum);
    const loss = () => tf.losses.softmaxCrossEntropy(y, logits()).asScalar();
    const step = () => tf.tidy(() => optimizer.minimize(loss, true)!.dataSync()[0]);
    return { run: step, check: () => losses(step) };
  },

  plain({ training }) {
    const x = values(20, batch * 28 * 28, 0, 1);
    const y = oneHot(21, batch, 10);
    const params = shapes.map((shape, i) => values(i + 1, sizeOf(shape), -bounds[i], bounds[i]));
    const zeros = (sizes: readonly number[]) => sizes.map((size) => new Float32Array(size));
    const [slopes, velocity] = [0, 0].map(() => zeros(params.map((p) => p.length)));
    const [k1, b1, k2, b2, w3, b3, w4, b4] = params;
    const sizes = [32 * 23 * 23, 64 * 21 * 21, 6400, 128, 10].map((size) => size * batch);
    const [c1, c2, pooled, hidden, out] = zeros(sizes);
    const [dc1, dc2, dpooled, dhidden, dout] = zeros(sizes);
    const from = new Int32Array(pooled.length);
    const first: Convolution = { inputs: 1, outputs: 32, size: 28, kernel: 6 };
    const second: Convolution = { inputs: 32, outputs: 64, size: 23, kernel: 3 };
    const relu = (x: Float32Array) => {
      for (let i = 0; i < x.length; i++) x[i] = Math.max(x[i], 0);
    };
    const mask = (slope: Float32Array, x: Float32Array) => {
      for (let i = 0; i < x.length; i++) if (x[i] <= 0) slope[i] = 0;
    };
    const forward = () => {
      convolve(first, x, k1, b1, c1);
      relu(c1);
      convolve(second, c1, k2, b2, c2);
      relu(c2);
      pool(c2, pooled, from);
      multiply(pooled, w3, hidden, [batch, 128, 6400]);
      addRow(hidden, b3);
      relu(hidden);
      multiply(hidden, w4, out, [batch, 10, 128]);
      addRow(out, b4);
    };
    const backward = () => {
      const [dk1, db1, dk2, db2, dw3, db3, dw4, db4] = slopes;
      multiply(hidden, dout, dw4, [128, 10, batch], { transposeA: true });
      sumRows(dout, db4);
      multiply(dout, w4, dhidden, [batch, 128, 10], { transposeB: true });
      mask(dhidden, hidden);
      multiply(pooled, dhidden, dw3, [6400, 128, batch], { transposeA: true });
      sumRows(dhidden, db3);
      multiply(dhidden, w3, dpooled, [batch, 6400, 128], { transposeB: true });
      dc2.fill(0);
      for (let i = 0; i < from.length; i++) dc2[from[i]] += dpooled[i];
      mask(dc2, c2);
      kernelSlopes(second, c1, dc2, dk2, db2);
      inputSlopes(second, dc2, k2, dc1);
      mask(dc1, c1);
      kernelSlopes(first, x, dc1, dk1, db1);
    };
    if (!training) {
      const check = () => {
        forward();
        return figures(out);
      };
      return { run: forward, check };
    }
    const step = () => {
      forward();
      const loss = crossEntropy(out, y, dout, 10);
      backward();
      for (const [i, p] of params.entries()) {
        const [v, g] = [velocity[i], slopes[i]];
        for (let j = 0; j < p.length; j++) p[j] -= rate * (v[j] = momentum * v[j] + g[j]);
      }
      return loss;
    };
    return { run: step, check: () => losses(step) };
  },
});

/** Square images and kernels, without padding. */
interface Convolution {
  readonly inputs: number;
  readonly outputs: number;
  readonly size: number;
  readonly kernel: number;
}

/** Calls `row` for each row of results that a place of a kernel contributes to. */
function rows(
  { inputs, outputs, size, kernel }: Convolution,
  row: (out: number, input: number, weight: number, length: number) => void,
): void {
  const length = size - kernel + 1;
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        for (let a = 0; a < kernel; a++) {
          for (let b = 0; b < kernel; b++) {
            const weight = ((o * inputs + i) * kernel + a) * kernel + b;
            for (let r = 0; r < length; r++) {
              const out = ((n * outputs + o) * length + r) * length;
              row(out, ((n * inputs + i) * size + r + a) * size + b, weight, length);
            }
          }
        }
      }
    }
  }
}

function convolve(
  form: Convolution,
  x: Float32Array,
  kernel: Float32Array,
  bias: Float32Array,
  out: Float32Array,
): void {
  const area = (form.size - form.kernel + 1) ** 2;
  for (let i = 0; i < out.length; i += area) {
    out.fill(bias[(i / area) % form.outputs], i, i + area);
  }
  rows(form, (at, from, weight, length) => {
    const factor = kernel[weight];
    for (let j = 0; j < length; j++) out[at + j] += factor * x[from + j];
  });
}

function inputSlopes(
  form: Convolution,
  slope: Float32Array,
  kernel: Float32Array,
  out: Float32Array,
): void {
  out.fill(0);
  rows(form, (at, from, weight, length) => {
    const factor = kernel[weight];
    for (let j = 0; j < length; j++) out[from + j] += factor * slope[at + j];
  });
}

function kernelSlopes(
  form: Convolution,
  x: Float32Array,
  slope: Float32Array,
  kernel: Float32Array,
  bias: Float32Array,
): void {
  kernel.fill(0);
  bias.fill(0);
  rows(form, (at, from, weight, length) => {
    let total = 0;
    for (let j = 0; j < length; j++) total += slope[at + j] * x[from + j];
    kernel[weight] += total;
  });
  const area = (form.size - form.kernel + 1) ** 2;
  for (let i = 0; i < slope.length; i++) bias[Math.floor(i / area) % form.outputs] += slope[i];
}

/** The largest of 2x2, and where it was; the last row and column of 21 are left out. */
function pool(x: Float32Array, out: Float32Array, from: Int32Array): void {
  for (let i = 0; i < out.length; i++) {
    const [column, row] = [i % 10, Math.floor(i / 10) % 10];
    const corner = Math.floor(i / 100) * 441 + row * 42 + column * 2;
    let best = corner;
    for (const at of [corner + 1, corner + 21, corner + 22]) if (x[at] > x[best]) best = at;
    out[i] = x[best];
    from[i] = best;
  }
}
