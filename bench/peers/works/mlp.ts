/** A step of Adam for a network of 784, 512, 256 and 10, over a batch of 128. */
import { add, fromBuffer, jit, matmul, valueAndGrad } from "@katachi/katachi";
import { relu, softmaxCrossEntropy } from "@katachi/katachi/nn";
import { adam, applyUpdates } from "@katachi/katachi/optim";
import { addRow, crossEntropy, multiply, sumRows } from "../loops.ts";
import { array, type Arrays, jaxJs, tensorFlow } from "../libraries.ts";
import { bound, oneHot, type Task, values, work } from "../work.ts";

const batch = 128;
const [rate, beta1, beta2, epsilon] = [0.001, 0.9, 0.999, 1e-8];
const sizes = [784, 512, 256, 10] as const;
const bounds = [bound(784, 512), bound(512, 256), bound(256, 10)] as const;

/** A task that calls a step, which gives the loss. */
function stepping(step: () => number): Task {
  return { run: step, check: () => Array.from({ length: 5 }, step) };
}

export default work({ "MLP, Adam step": {} }, {
  katachi() {
    const x = array(10, [batch, 784], 0, 1);
    const y = fromBuffer(oneHot(11, batch, 10), [batch, 10]);
    let params = {
      w1: array(1, [784, 512], -bounds[0], bounds[0]),
      b1: array(2, [512], 0, 0),
      w2: array(3, [512, 256], -bounds[1], bounds[1]),
      b2: array(4, [256], 0, 0),
      w3: array(5, [256, 10], -bounds[2], bounds[2]),
      b3: array(6, [10], 0, 0),
    };
    type Params = typeof params;
    const optimizer = adam(rate);
    let state = optimizer.init(params);
    const next = jit(
      (
        params: Params,
        before: typeof state,
        inputs: typeof x,
        targets: typeof y,
      ) => {
        const [value, slopes] = valueAndGrad(
          ({ w1, b1, w2, b2, w3, b3 }: Params) => {
            const h1 = relu(add(matmul(inputs, w1), b1));
            const h2 = relu(add(matmul(h1, w2), b2));
            return softmaxCrossEntropy(add(matmul(h2, w3), b3), targets);
          },
        )(params);
        const [updates, after] = optimizer.update(slopes, before, params);
        return { value, params: applyUpdates(params, updates), state: after };
      },
    );
    return stepping(() => {
      const { value, ...after } = next(params, state, x, y);
      ({ params, state } = after);
      return value.item();
    });
  },

  async jaxJs() {
    const { jax, np, array } = await jaxJs();
    const { jit, nn, tree, valueAndGrad } = jax;
    const x = array(10, [batch, 784], 0, 1);
    const y = np.array(oneHot(11, batch, 10), { shape: [batch, 10] });
    let params = bounds.flatMap((bound, i) => [
      array(2 * i + 1, [sizes[i], sizes[i + 1]], -bound, bound),
      np.zeros([sizes[i + 1]]),
    ]);
    let means: Arrays = params.map((p) => np.zeros(p.shape));
    let squares: Arrays = params.map((p) => np.zeros(p.shape));
    let count = 0;
    const loss = (
      [w1, b1, w2, b2, w3, b3]: Arrays,
      x: Arrays[0],
      y: Arrays[0],
    ) => {
      const h1 = nn.relu(np.matmul(x, w1).add(b1));
      const h2 = nn.relu(np.matmul(h1, w2).add(b2));
      const logits = np.matmul(h2, w3).add(b3);
      return np.sum(nn.logSoftmax(logits).mul(y)).mul(-1 / batch);
    };
    const next = jit(
      (
        params: Arrays,
        means: Arrays,
        squares: Arrays,
        bias: Arrays,
        x: Arrays[0],
        y: Arrays[0],
      ) => {
        const [value, slopes] = valueAndGrad(loss)(tree.ref(params), x, y) as [
          Arrays[0],
          Arrays,
        ];
        const m = means.map((m, i) => m.mul(beta1).add(slopes[i].ref.mul(1 - beta1)));
        const v = squares.map((v, i) => v.mul(beta2).add(np.square(slopes[i]).mul(1 - beta2)));
        const after = params.map((p, i) => {
          const root = np.sqrt(v[i].ref.mul(bias[1].ref)).add(epsilon);
          return p.sub(m[i].ref.mul(bias[0].ref).div(root).mul(rate));
        });
        tree.dispose(bias);
        return [[value], after, m, v];
      },
    );
    return stepping(() => {
      count++;
      const bias = [1 / (1 - beta1 ** count), 1 / (1 - beta2 ** count)].map((
        b,
      ) => np.array(b));
      const [[value], ...after] = next(
        params,
        means,
        squares,
        bias,
        x.ref,
        y.ref,
      ) as Arrays[];
      [params, means, squares] = after;
      return value.dataSync()[0];
    });
  },

  async tensorFlow() {
    const { tf, array } = await tensorFlow();
    const x = array(10, [batch, 784], 0, 1);
    const y = tf.tensor(oneHot(11, batch, 10), [batch, 10]);
    const layers = bounds.map((bound, i) => ({
      w: tf.variable(array(2 * i + 1, [sizes[i], sizes[i + 1]], -bound, bound)),
      b: tf.variable(tf.zeros([sizes[i + 1]])),
    }));
    const optimizer = tf.train.adam(rate, beta1, beta2, epsilon);
    const loss = () => {
      const logits = layers.reduce((h, { w, b }, i) => {
        const next = tf.add(tf.matMul(h, w), b);
        return i < 2 ? tf.relu(next) : next;
      }, x);
      return tf.losses.softmaxCrossEntropy(y, logits).asScalar();
    };
    return stepping(() => tf.tidy(() => optimizer.minimize(loss, true)!.dataSync()[0]));
  },

  plain() {
    const x = values(10, batch * 784, 0, 1);
    const y = oneHot(11, batch, 10);
    const layers = bounds.map((bound, i) => {
      const [inputs, outputs] = [sizes[i], sizes[i + 1]];
      return {
        inputs,
        outputs,
        w: values(2 * i + 1, inputs * outputs, -bound, bound),
        b: new Float32Array(outputs),
        dw: new Float32Array(inputs * outputs),
        db: new Float32Array(outputs),
        out: new Float32Array(batch * outputs),
        slope: new Float32Array(batch * outputs),
      };
    });
    const moments = layers.flatMap(({ w, b, dw, db }) =>
      [[w, dw], [b, db]].map(([values, slopes]) => ({
        values,
        slopes,
        mean: new Float32Array(values.length),
        square: new Float32Array(values.length),
      }))
    );
    const last = layers[2];
    let count = 0;
    return stepping(() => {
      let input = x;
      for (const layer of layers) {
        multiply(input, layer.w, layer.out, [
          batch,
          layer.outputs,
          layer.inputs,
        ]);
        addRow(layer.out, layer.b);
        if (layer !== last) {
          for (let i = 0; i < layer.out.length; i++) {
            layer.out[i] = Math.max(layer.out[i], 0);
          }
        }
        input = layer.out;
      }
      const loss = crossEntropy(last.out, y, last.slope, 10);
      for (let i = 2; i >= 0; i--) {
        const { inputs, outputs, w, dw, db, slope } = layers[i];
        const below = i > 0 ? layers[i - 1] : undefined;
        multiply(below?.out ?? x, slope, dw, [inputs, outputs, batch], {
          transposeA: true,
        });
        sumRows(slope, db);
        if (below === undefined) continue;
        multiply(slope, w, below.slope, [batch, inputs, outputs], {
          transposeB: true,
        });
        for (let j = 0; j < below.out.length; j++) {
          if (below.out[j] <= 0) below.slope[j] = 0;
        }
      }
      count++;
      const [bias1, bias2] = [1 - beta1 ** count, 1 - beta2 ** count];
      for (const { values, slopes, mean, square } of moments) {
        for (let i = 0; i < values.length; i++) {
          const slope = slopes[i];
          mean[i] = beta1 * mean[i] + (1 - beta1) * slope;
          square[i] = beta2 * square[i] + (1 - beta2) * slope * slope;
          values[i] -= rate * (mean[i] / bias1) /
            (Math.sqrt(square[i] / bias2) + epsilon);
        }
      }
      return loss;
    });
  },
});
