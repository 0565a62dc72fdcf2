/**
 * A network of 2, 8 and 1 learns the exclusive or from four rows: steps of gradient descent, called from
 * a loop and as a loop of the program itself.
 */
import {
  add,
  foriLoop,
  jit,
  matmul,
  mul,
  sigmoid,
  tanh,
  tensor,
  treeMap,
  valueAndGrad,
} from "@katachi/katachi";
import { meanSquaredError } from "@katachi/katachi/nn";
import { array, type Arrays, jaxJs, tensorFlow } from "../libraries.ts";
import { type Case, type Task, values, work } from "../work.ts";

interface Steps extends Case {
  readonly repeats: number;
  /** Whether the loop is part of the program. */
  readonly inside: boolean;
}

const cases: Record<string, Steps> = {
  "XOR step, called from a loop": {
    repeats: 1000,
    inside: false,
    unit: "steps/s",
  },
  "XOR, 10,000 steps in a program": {
    repeats: 10000,
    inside: true,
    unit: "steps/s",
  },
};

const rate = 0.5;
const rows = [[0, 0], [0, 1], [1, 0], [1, 1]];
const targets = [[0], [1], [1], [0]];

/** A task that calls a step, which gives the loss. */
function stepping(
  { repeats }: Steps,
  step: () => unknown,
  loss: () => number,
): Task {
  return {
    run: () => {
      for (let i = 1; i < repeats; i++) step();
      loss();
    },
    check: () => Array.from({ length: 5 }, loss),
  };
}

export default work(cases, {
  katachi(given) {
    const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
    const y = tensor([[0], [1], [1], [0]]);
    let params = {
      w1: array(1, [2, 8]),
      b1: array(2, [8]),
      w2: array(3, [8, 1]),
      b2: array(4, [1]),
    };
    type Params = typeof params;
    const loss = ({ w1, b1, w2, b2 }: Params) => {
      const hidden = tanh(add(matmul(x, w1), b1));
      return meanSquaredError(sigmoid(add(matmul(hidden, w2), b2)), y);
    };
    const next = (params: Params) => {
      const [value, slopes] = valueAndGrad(loss)(params);
      return {
        value,
        params: treeMap((p, g) => add(p, mul(g, -rate)), params, slopes),
      };
    };
    const once = jit(next);
    const step = () => {
      const { value, params: after } = once(params);
      params = after;
      return value;
    };
    const stepped = stepping(given, step, () => step().item());
    if (!given.inside) return stepped;
    const all = jit((params: Params) =>
      foriLoop(0, given.repeats, (_, p) => next(p).params, params)
    );
    return {
      ...stepped,
      run: () => {
        params = all(params);
        return params.w1.data;
      },
    };
  },

  async jaxJs(given) {
    if (given.inside) return;
    const { jax, np, array } = await jaxJs();
    const { jit, nn, tree, valueAndGrad } = jax;
    const [x, y] = [np.array(rows), np.array(targets)];
    let params = [
      array(1, [2, 8]),
      array(2, [8]),
      array(3, [8, 1]),
      array(4, [1]),
    ];
    const loss = ([w1, b1, w2, b2]: Arrays) => {
      const hidden = np.tanh(np.matmul(x.ref, w1).add(b1));
      return np.mean(
        np.square(nn.sigmoid(np.matmul(hidden, w2).add(b2)).sub(y.ref)),
      );
    };
    const next = jit((params: Arrays) => {
      const [value, slopes] = valueAndGrad(loss)(tree.ref(params)) as [
        Arrays[number],
        Arrays,
      ];
      return [value, ...params.map((p, i) => p.sub(slopes[i].mul(rate)))];
    });
    // Read after each step: without that it takes 25 times as long.
    const step = () => {
      const [value, ...after] = next(params) as Arrays;
      params = after;
      return value.dataSync()[0];
    };
    return stepping(given, step, step);
  },

  async tensorFlow(given) {
    if (given.inside) return;
    const { tf, array } = await tensorFlow();
    const [x, y] = [tf.tensor2d(rows), tf.tensor2d(targets)];
    const w1 = tf.variable(array(1, [2, 8]));
    const b1 = tf.variable(array(2, [8]));
    const w2 = tf.variable(array(3, [8, 1]));
    const b2 = tf.variable(array(4, [1]));
    const loss = () => {
      const hidden = tf.tanh(tf.add(tf.matMul(x, w1 as never), b1));
      const output = tf.sigmoid(
        tf.add(tf.matMul(hidden as never, w2 as never), b2),
      );
      return tf.mean(tf.squaredDifference(output, y)) as never;
    };
    const sgd = tf.train.sgd(rate);
    const read = () => tf.tidy(() => sgd.minimize(loss, true)!.dataSync()[0]);
    return stepping(given, () => sgd.minimize(loss), read);
  },

  plain(given) {
    const w1 = values(1, 16);
    const b1 = values(2, 8);
    const w2 = values(3, 8);
    const b2 = values(4, 1);
    const [x, y] = [
      Float32Array.from(rows.flat()),
      Float32Array.from(targets.flat()),
    ];
    const [hidden, dw1] = [new Float32Array(8), new Float32Array(16)];
    const [db1, dw2] = [new Float32Array(8), new Float32Array(8)];
    const step = () => {
      dw1.fill(0);
      db1.fill(0);
      dw2.fill(0);
      let [loss, db2] = [0, 0];
      for (let row = 0; row < 4; row++) {
        const [p, q] = [x[row * 2], x[row * 2 + 1]];
        let sum = b2[0];
        for (let j = 0; j < 8; j++) {
          hidden[j] = Math.tanh(p * w1[j] + q * w1[8 + j] + b1[j]);
          sum += hidden[j] * w2[j];
        }
        const output = 1 / (1 + Math.exp(-sum));
        const error = output - y[row];
        loss += error * error / 4;
        const slope = error / 2 * output * (1 - output);
        db2 += slope;
        for (let j = 0; j < 8; j++) {
          dw2[j] += slope * hidden[j];
          const inner = slope * w2[j] * (1 - hidden[j] * hidden[j]);
          db1[j] += inner;
          dw1[j] += inner * p;
          dw1[8 + j] += inner * q;
        }
      }
      for (let i = 0; i < 16; i++) w1[i] -= rate * dw1[i];
      for (let i = 0; i < 8; i++) {
        b1[i] -= rate * db1[i];
        w2[i] -= rate * dw2[i];
      }
      b2[0] -= rate * db2;
      return loss;
    };
    return stepping(given, step, step);
  },
});
