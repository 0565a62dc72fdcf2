/** Works that move more than they compute: softmax, layer norm, a chain of eight operations. */
import * as k from "@katachi/katachi";
import { softmaxRows } from "../loops.ts";
import { array, type Arrays, jaxJs, tensorFlow } from "../libraries.ts";
import { type Case, figures, sizeOf, type Task, values, work } from "../work.ts";

interface Form extends Case {
  readonly kind: "softmax" | "norm" | "chain";
  readonly shape: [number, number];
}

const cases: Record<string, Form> = {
  "softmax 1024x1024": { kind: "softmax", shape: [1024, 1024] },
  "layer norm 512x768": { kind: "norm", shape: [512, 768] },
  "chain of 8 operations on 1000x1000": { kind: "chain", shape: [1000, 1000] },
};

const epsilon = 1e-5;

/** A task that computes an array anew each time. */
function fresh<T>(
  f: () => T,
  read: (result: T) => ArrayLike<number>,
  free?: (result: T) => void,
) {
  const run = free === undefined ? f : () => free(f());
  return { run, check: () => figures(read(f())) } satisfies Task;
}

export default work(cases, {
  katachi({ kind, shape }) {
    const x = array(1, shape, -4, 4);
    const [scale, shift] = [array(2, [shape[1]]), array(3, [shape[1]])];
    type Matrix = k.Tensor<[number, number]>;
    const functions = {
      softmax: (x: Matrix) => k.softmax(x),
      norm: (x: Matrix): Matrix => {
        const centred = k.sub(x, k.mean(x, -1, { keepDims: true }));
        const variance = k.mean(k.square(centred), -1, { keepDims: true });
        const normal = k.div(centred, k.sqrt(k.add(variance, epsilon)));
        return k.add(k.mul(normal, scale), shift) as Matrix;
      },
      chain: (x: Matrix) =>
        k.sqrt(
          k.reciprocal(
            k.add(k.exp(k.neg(k.abs(k.add(k.mul(x, 1.5), 0.5)))), 1),
          ),
        ),
    };
    const f = k.jit(functions[kind]);
    return fresh(() => f(x), (y) => y.data);
  },

  async jaxJs({ kind, shape }) {
    const { jax: { jit, nn, blockUntilReady }, np, array } = await jaxJs();
    const x = array(1, shape, -4, 4);
    const [scale, shift] = [array(2, [shape[1]]), array(3, [shape[1]])];
    const functions = {
      softmax: (x: Arrays[0]) => nn.softmax(x),
      norm: (x: Arrays[0]) => nn.standardize(x, -1, { epsilon }).mul(scale.ref).add(shift.ref),
      chain: (x: Arrays[0]) =>
        np.sqrt(
          np.reciprocal(np.exp(np.abs(x.mul(1.5).add(0.5)).neg()).add(1)),
        ),
    };
    const f = jit((...[x]: Arrays) => functions[kind](x));
    return {
      run: async () => (await blockUntilReady(f(x.ref))).dispose(),
      check: () => figures(f(x.ref).dataSync()),
    };
  },

  async tensorFlow({ kind, shape }) {
    const { tf, array } = await tensorFlow();
    const x = array(1, shape, -4, 4);
    const [scale, shift] = [array(2, [shape[1]]), array(3, [shape[1]])];
    const functions = {
      softmax: () => tf.softmax(x),
      norm: () => {
        const { mean, variance } = tf.moments(x, 1, true);
        const normal = tf.div(
          tf.sub(x, mean),
          tf.sqrt(tf.add(variance, epsilon)),
        );
        return tf.add(tf.mul(normal, scale), shift);
      },
      chain: () =>
        tf.sqrt(
          tf.reciprocal(
            tf.add(tf.exp(tf.neg(tf.abs(tf.add(tf.mul(x, 1.5), 0.5)))), 1),
          ),
        ),
    };
    return fresh(
      () => tf.tidy(functions[kind]),
      (y) => y.dataSync(),
      (y) => y.dispose(),
    );
  },

  plain({ kind, shape: [rows, n] }) {
    const x = values(1, sizeOf([rows, n]), -4, 4);
    const [scale, shift] = [values(2, n), values(3, n)];
    const out = new Float32Array(x.length);
    const functions = {
      softmax: () => {
        out.set(x);
        softmaxRows(out, n);
      },
      norm: () => {
        for (let i = 0; i < x.length; i += n) {
          let [mean, variance] = [0, 0];
          for (let j = 0; j < n; j++) mean += x[i + j];
          mean /= n;
          for (let j = 0; j < n; j++) variance += (x[i + j] - mean) ** 2;
          const factor = 1 / Math.sqrt(variance / n + epsilon);
          for (let j = 0; j < n; j++) {
            out[i + j] = (x[i + j] - mean) * factor * scale[j] + shift[j];
          }
        }
      },
      chain: () => {
        for (let i = 0; i < x.length; i++) {
          out[i] = Math.sqrt(1 / (1 + Math.exp(-Math.abs(x[i] * 1.5 + 0.5))));
        }
      },
    };
    return fresh(functions[kind], () => out);
  },
});
