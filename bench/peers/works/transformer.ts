/**
 * A transformer block, forward and backward: 8 sequences of 64 tokens, width 128, 4 heads; layer norm
 * first, then attention, and the same again with two layers of 512 units and GELU.
 */
import * as k from "@katachi/katachi";
import { gelu } from "@katachi/katachi/nn";
import type { Scalar, Tensor, Tensor3D } from "@tensorflow/tfjs";
import { array, type Arrays, jaxJs, tensorFlow } from "../libraries.ts";
import { addRow, multiply, softmaxRows, sumRows } from "../loops.ts";
import { bound, sizeOf, values, work } from "../work.ts";

const [batch, tokens, width, heads, size, inner] = [8, 64, 128, 4, 32, 512] as const;
const epsilon = 1e-5;
const [square, up] = [bound(width, width), bound(width, inner)];

/** The input and the parameters: shapes, and what the values lie between. */
const given: readonly (readonly [shape: number[], low: number, high: number])[] = [
  [[batch, tokens, width], -1, 1],
  [[width], 0.5, 1.5],
  [[width], -0.1, 0.1],
  [[width, width], -square, square],
  [[width, width], -square, square],
  [[width, width], -square, square],
  [[width, width], -square, square],
  [[width], 0.5, 1.5],
  [[width], -0.1, 0.1],
  [[width, inner], -up, up],
  [[inner], -0.1, 0.1],
  [[inner, width], -up, up],
  [[width], -0.1, 0.1],
];

/** The result is multiplied with such numbers and added up. */
const seed = 40;

/** The loss, and the length of each gradient. */
function lengths(loss: number, gradients: readonly ArrayLike<number>[]): number[] {
  return [loss, ...gradients.map((g) => Math.hypot(...Array.from(g)))];
}

export default work({ "transformer block, forward and backward": {} }, {
  katachi() {
    const params = {
      x: array(1, [batch, tokens, width]),
      g1: array(2, [width], 0.5, 1.5),
      s1: array(3, [width], -0.1, 0.1),
      wq: array(4, [width, width], -square, square),
      wk: array(5, [width, width], -square, square),
      wv: array(6, [width, width], -square, square),
      wo: array(7, [width, width], -square, square),
      g2: array(8, [width], 0.5, 1.5),
      s2: array(9, [width], -0.1, 0.1),
      w1: array(10, [width, inner], -up, up),
      b1: array(11, [inner], -0.1, 0.1),
      w2: array(12, [inner, width], -up, up),
      b2: array(13, [width], -0.1, 0.1),
    };
    type Params = typeof params;
    type Tokens = Params["x"];
    const weights = array(seed, [batch, tokens, width]);
    const norm = (x: Tokens, scale: Params["g1"], shift: Params["s1"]) => {
      const centred = k.sub(x, k.mean(x, -1, { keepDims: true }));
      const variance = k.mean(k.square(centred), -1, { keepDims: true });
      return k.add(k.mul(k.div(centred, k.sqrt(k.add(variance, epsilon))), scale), shift);
    };
    const split = (x: Tokens) => k.transpose(x.reshape([batch, tokens, heads, size]), [0, 2, 1, 3]);
    const block = (p: Params): Tokens => {
      const h = norm(p.x, p.g1, p.s1);
      const [q, key, v] = [p.wq, p.wk, p.wv].map((w) => split(k.matmul(h, w)));
      const scores = k.mul(k.einsum("bhtd,bhsd->bhts", q, key), 1 / Math.sqrt(size));
      const mixed = k.matmul(k.softmax(scores), v);
      const merged = k.transpose(mixed, [0, 2, 1, 3]).reshape([batch, tokens, width]);
      const a = k.add(p.x, k.matmul(merged, p.wo));
      const f = gelu(k.add(k.matmul(norm(a, p.g2, p.s2), p.w1), p.b1), { approximate: true });
      return k.add(a, k.add(k.matmul(f, p.w2), p.b2));
    };
    const step = k.jit(k.valueAndGrad((p: Params) => k.sum(k.mul(block(p), weights))));
    return {
      run: () => step(params),
      check: () => {
        const [loss, slopes] = step(params);
        return lengths(loss.item(), Object.values(slopes).map((g) => g.data));
      },
    };
  },

  async jaxJs() {
    const { jax, np, array } = await jaxJs();
    const { nn, tree } = jax;
    const params = given.map(([shape, low, high], i) => array(i + 1, shape, low, high));
    const weights = array(seed, [batch, tokens, width]);
    const norm = (...[x, scale, shift]: Arrays) =>
      nn.standardize(x, -1, { epsilon }).mul(scale).add(shift);
    const split = (...[x]: Arrays) =>
      np.transpose(x.reshape([batch, tokens, heads, size]), [0, 2, 1, 3]);
    const block = ([x, g1, s1, wq, wk, wv, wo, g2, s2, w1, b1, w2, b2]: Arrays) => {
      const h = norm(x.ref, g1, s1);
      const q = split(np.matmul(h.ref, wq));
      const key = split(np.matmul(h.ref, wk));
      const v = split(np.matmul(h, wv));
      const scores = np.einsum("bhtd,bhsd->bhts", q, key).mul(1 / Math.sqrt(size));
      const mixed = np.matmul(nn.softmax(scores), v);
      const merged = np.transpose(mixed, [0, 2, 1, 3]).reshape([batch, tokens, width]);
      const a = x.add(np.matmul(merged, wo));
      const f = nn.gelu(np.matmul(norm(a.ref, g2, s2), w1).add(b1));
      return a.add(np.matmul(f, w2).add(b2));
    };
    const loss = (params: Arrays) => np.sum(block(params).mul(weights.ref));
    const step = jax.jit((params: Arrays) => {
      const [value, slopes] = jax.valueAndGrad(loss)(params) as [Arrays[0], Arrays];
      return [value, ...slopes];
    });
    return {
      run: async () => tree.dispose(await jax.blockUntilReady(step(tree.ref(params)))),
      check: () => {
        const [value, ...slopes] = step(tree.ref(params)).map((x) => x.dataSync());
        return lengths(value[0], slopes);
      },
    };
  },

  async tensorFlow() {
    const { tf, array } = await tensorFlow();
    const params = given.map(([shape, low, high], i) => array(i + 1, shape, low, high));
    const weights = array(seed, [batch, tokens, width]);
    const norm = (x: Tensor, scale: Tensor, shift: Tensor) => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, epsilon))), scale), shift);
    };
    const linear = (x: Tensor, w: Tensor) =>
      tf.reshape(tf.matMul(tf.reshape(x, [batch * tokens, w.shape[0]]), w), [
        batch,
        tokens,
        w.shape[1]!,
      ]);
    const split = (x: Tensor) =>
      tf.reshape(
        tf.transpose(tf.reshape(x, [batch, tokens, heads, size]), [0, 2, 1, 3]),
        [batch * heads, tokens, size],
      ) as Tensor3D;
    const gelu = (x: Tensor) => {
      const inside = tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715));
      const tanh = tf.tanh(tf.mul(inside, Math.sqrt(2 / Math.PI)));
      return tf.mul(tf.mul(x, 0.5), tf.add(tanh, 1));
    };
    const loss = (...[x, g1, s1, wq, wk, wv, wo, g2, s2, w1, b1, w2, b2]: Tensor[]) => {
      const h = norm(x, g1, s1);
      const [q, key, v] = [wq, wk, wv].map((w) => split(linear(h, w)));
      const scores = tf.mul(tf.matMul(q, key, false, true), 1 / Math.sqrt(size));
      const mixed = tf.reshape(tf.matMul(tf.softmax(scores as Tensor3D), v), [
        batch,
        heads,
        tokens,
        size,
      ]);
      const merged = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, tokens, width]);
      const a = tf.add(x, linear(merged, wo));
      const f = gelu(tf.add(linear(norm(a, g2, s2), w1), b1));
      return tf.sum(tf.mul(tf.add(a, tf.add(linear(f, w2), b2)), weights)) as Scalar;
    };
    const step = tf.valueAndGrads(loss);
    return {
      run: () => {
        const { value, grads } = step(params);
        tf.dispose([value, ...grads]);
      },
      check: () => {
        const { value, grads } = step(params);
        return lengths(value.dataSync()[0], grads.map((g) => g.dataSync()));
      },
    };
  },

  plain() {
    const params = given.map(([shape, low, high], i) => values(i + 1, sizeOf(shape), low, high));
    const [x, g1, s1, wq, wk, wv, wo, g2, s2, w1, b1, w2, b2] = params;
    const slopes = params.map((p) => new Float32Array(p.length));
    const [dx, dg1, ds1, dwq, dwk, dwv, dwo, dg2, ds2, dw1, db1, dw2, db2] = slopes;
    const weights = values(seed, x.length);
    const rows = batch * tokens;
    const make = (columns: number) => new Float32Array(rows * columns);
    const [h, q, key, v, merged, a, h2, out] = Array.from({ length: 8 }, () => make(width));
    const [dh, dq, dkey, dv, dmerged, da, dh2] = Array.from({ length: 7 }, () => make(width));
    const [f, df, active] = Array.from({ length: 3 }, () => make(inner));
    const [first, second] = [make(width + 1), make(width + 1)];
    const probabilities = new Float32Array(batch * heads * tokens * tokens);
    const part = () => new Float32Array(tokens * size);
    const [hq, hk, hv, ho, dhq, dhk, dhv] = Array.from({ length: 7 }, part);
    const slope = new Float32Array(tokens * tokens);
    const project = [rows, width, width] as const;
    const [wide, narrow] = [[rows, inner, width], [rows, width, inner]] as const;

    const attend = (
      body: (
        copy: (from: Float32Array, to: Float32Array, back?: boolean) => void,
        p: Float32Array,
      ) => void,
    ) => {
      for (let i = 0; i < batch * heads; i++) {
        const start = Math.floor(i / heads) * tokens * width + (i % heads) * size;
        const area = tokens * tokens;
        body((from, to, back = false) => {
          for (let t = 0; t < tokens; t++) {
            const [whole, own] = [start + t * width, t * size];
            if (back) { for (let j = 0; j < size; j++) to[whole + j] = from[own + j]; }
            else for (let j = 0; j < size; j++) to[own + j] = from[whole + j];
          }
        }, probabilities.subarray(i * area, (i + 1) * area));
      }
    };
    const forward = () => {
      norm(x, g1, s1, h, first);
      multiply(h, wq, q, project);
      multiply(h, wk, key, project);
      multiply(h, wv, v, project);
      attend((copy, p) => {
        copy(q, hq);
        copy(key, hk);
        copy(v, hv);
        multiply(hq, hk, p, [tokens, tokens, size], { transposeB: true });
        for (let i = 0; i < p.length; i++) p[i] /= Math.sqrt(size);
        softmaxRows(p, tokens);
        multiply(p, hv, ho, [tokens, size, tokens]);
        copy(ho, merged, true);
      });
      multiply(merged, wo, a, project);
      for (let i = 0; i < a.length; i++) a[i] += x[i];
      norm(a, g2, s2, h2, second);
      multiply(h2, w1, f, wide);
      addRow(f, b1);
      for (let i = 0; i < f.length; i++) active[i] = 0.5 * f[i] * (1 + Math.tanh(bent(f[i])));
      multiply(active, w2, out, narrow);
      addRow(out, b2);
      let loss = 0;
      for (let i = 0; i < out.length; i++) loss += (out[i] + a[i]) * weights[i];
      return loss;
    };
    const backward = () => {
      multiply(active, weights, dw2, [inner, width, rows], { transposeA: true });
      sumRows(weights, db2);
      multiply(weights, w2, df, [rows, inner, width], { transposeB: true });
      for (let i = 0; i < f.length; i++) {
        const [z, t] = [f[i], Math.tanh(bent(f[i]))];
        const inside = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * z * z);
        df[i] *= 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * inside;
      }
      multiply(h2, df, dw1, [width, inner, rows], { transposeA: true });
      sumRows(df, db1);
      multiply(df, w1, dh2, [rows, width, inner], { transposeB: true });
      da.set(weights);
      normSlopes(dh2, g2, second, da, dg2, ds2);
      multiply(merged, da, dwo, [width, width, rows], { transposeA: true });
      multiply(da, wo, dmerged, project, { transposeB: true });
      attend((copy, p) => {
        copy(q, hq);
        copy(key, hk);
        copy(v, hv);
        copy(dmerged, ho);
        multiply(p, ho, dhv, [tokens, size, tokens], { transposeA: true });
        multiply(ho, hv, slope, [tokens, tokens, size], { transposeB: true });
        for (let i = 0; i < p.length; i += tokens) {
          let total = 0;
          for (let j = 0; j < tokens; j++) total += slope[i + j] * p[i + j];
          for (let j = 0; j < tokens; j++) {
            slope[i + j] = p[i + j] * (slope[i + j] - total) / Math.sqrt(size);
          }
        }
        multiply(slope, hk, dhq, [tokens, size, tokens]);
        multiply(slope, hq, dhk, [tokens, size, tokens], { transposeA: true });
        copy(dhq, dq, true);
        copy(dhk, dkey, true);
        copy(dhv, dv, true);
      });
      dh.fill(0);
      for (const [d, w, dw] of [[dq, wq, dwq], [dkey, wk, dwk], [dv, wv, dwv]]) {
        multiply(h, d, dw, [width, width, rows], { transposeA: true });
        multiply(d, w, dh, project, { transposeB: true, add: true });
      }
      dx.set(da);
      normSlopes(dh, g1, first, dx, dg1, ds1);
    };
    const run = () => {
      const loss = forward();
      backward();
      return loss;
    };
    return { run, check: () => lengths(run(), slopes) };
  },
});

/** What GELU puts into tanh. */
const bent = (z: number): number => Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3);

/** Layer norm of rows; `kept` has each row before scale and shift, and what it was divided by. */
function norm(
  x: Float32Array,
  scale: Float32Array,
  shift: Float32Array,
  out: Float32Array,
  kept: Float32Array,
): void {
  const n = scale.length;
  for (let i = 0, at = 0; i < x.length; i += n, at += n + 1) {
    let [mean, variance] = [0, 0];
    for (let j = 0; j < n; j++) mean += x[i + j] / n;
    for (let j = 0; j < n; j++) variance += (x[i + j] - mean) ** 2 / n;
    const factor = kept[at + n] = 1 / Math.sqrt(variance + epsilon);
    for (let j = 0; j < n; j++) {
      kept[at + j] = (x[i + j] - mean) * factor;
      out[i + j] = kept[at + j] * scale[j] + shift[j];
    }
  }
}

/** Adds the slopes of layer norm's input to `dx`. */
function normSlopes(
  dy: Float32Array,
  scale: Float32Array,
  kept: Float32Array,
  dx: Float32Array,
  dscale: Float32Array,
  dshift: Float32Array,
): void {
  const n = scale.length;
  dscale.fill(0);
  dshift.fill(0);
  for (let i = 0, at = 0; i < dy.length; i += n, at += n + 1) {
    let [mean, along] = [0, 0];
    for (let j = 0; j < n; j++) {
      const d = dy[i + j] * scale[j];
      mean += d / n;
      along += d * kept[at + j] / n;
      dscale[j] += dy[i + j] * kept[at + j];
      dshift[j] += dy[i + j];
    }
    for (let j = 0; j < n; j++) {
      dx[i + j] += kept[at + n] * (dy[i + j] * scale[j] - mean - kept[at + j] * along);
    }
  }
}
