/** `grad` against the backpropagation formulas derived by hand. */
import { assert } from "@std/assert";
import fc from "fast-check";
import {
  add,
  type AnyTensor,
  grad,
  matmul,
  mul,
  random,
  sigmoid,
  softmax,
  sub,
  sum,
  transpose,
} from "@katachi/katachi";
import { linear, softmaxCrossEntropy } from "@katachi/katachi/nn";

/** One layer of the network, of sizes that only the run time knows. */
type Layer = ReturnType<typeof makeLayer>;

function makeLayer(key: random.Key, inputs: number, outputs: number) {
  return linear.init(key, inputs, outputs, { dtype: "float64" });
}

Deno.test("grad of an MLP is delta^L = h - y, delta^l = (W^T delta^(l+1)) h (1 - h)", () => {
  const widths = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(widths, fc.integer({ min: 1, max: 5 }), fc.nat(), (widths, rows, seed) => {
      const [dataKey, labelKey, ...keys] = random.split(random.key(seed), widths.length + 1);
      const layers = widths.slice(1).map((width, i) => makeLayer(keys[i], widths[i], width));
      const x = random.normal(dataKey, [rows, widths[0]], { dtype: "float64" });
      const y = softmax(random.normal(labelKey, [rows, widths.at(-1)!], { dtype: "float64" }));

      const loss = (layers: Layer[]) => {
        const last = layers.length - 1;
        const hidden = layers.slice(0, last).reduce((h, layer) => sigmoid(linear(layer, h)), x);
        return softmaxCrossEntropy(linear(layers[last], hidden), y);
      };
      const gradients = grad(loss)(layers);

      // Forward, keeping every layer's output, then backwards by the formulas.
      const outputs: AnyTensor[] = [x];
      for (const [i, { weight, bias }] of layers.entries()) {
        const z = add(matmul(outputs[i], weight), bias);
        outputs.push(i < layers.length - 1 ? sigmoid(z) : softmax(z));
      }
      let delta: AnyTensor = sub(outputs.at(-1)!, y);
      for (let l = layers.length - 1; l >= 0; l--) {
        close(gradients[l].weight, mul(matmul(transpose(outputs[l]), delta), 1 / rows));
        close(gradients[l].bias, mul(sum(delta, 0), 1 / rows));
        const h = outputs[l];
        delta = mul(matmul(delta, transpose(layers[l].weight)), mul(h, sub(1, h)));
      }
    }),
    { numRuns: 60 },
  );
});

function close(actual: AnyTensor, expected: AnyTensor): void {
  const values = expected.data;
  for (const [i, value] of actual.data.entries()) {
    assert(Math.abs(value - values[i]) < 1e-12, `${value} and ${values[i]}`);
  }
}
