/**
 * The smallest complete program: a network of one hidden layer learns the exclusive or.
 *
 * ```sh
 * deno run examples/xor.ts
 * deno run examples/xor.ts --seed 7
 * ```
 */
import { jit, random, tanh, tensor, valueAndGrad } from "@katachi/katachi";
import { linear, sigmoidCrossEntropy } from "@katachi/katachi/nn";
import { adam, applyUpdates } from "@katachi/katachi/optim";

const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]); // Tensor<[4, 2]>
const y = tensor([[0], [1], [1], [0]]); //             Tensor<[4, 1]>

// The parameters: a tree of tensors, made from a random key.
function init(key: random.Key) {
  const [hidden, output] = random.split(key);
  return { hidden: linear.init(hidden, 2, 8), output: linear.init(output, 8, 1) };
}
type Params = ReturnType<typeof init>;

// The model and its loss: pure functions.
const logits = (params: Params) => linear(params.output, tanh(linear(params.hidden, x)));
const loss = (params: Params) => sigmoidCrossEntropy(logits(params), y);

// One step of training: compiled, and pure as well.
const optimizer = adam(0.05);
const step = jit((params: Params, state: ReturnType<typeof optimizer.init<Params>>) => {
  const [value, gradients] = valueAndGrad(loss)(params);
  const [updates, next] = optimizer.update(gradients, state, params);
  return { value, params: applyUpdates(params, updates), state: next };
});

const seed = Number(Deno.args[Deno.args.indexOf("--seed") + 1] ?? 0) || 0;
let params = init(random.key(seed));
let state = optimizer.init(params);

for (let i = 0; i <= 300; i++) {
  const next = step(params, state);
  if (i % 50 === 0) {
    const value = next.value.item();
    const bar = "█".repeat(Math.round(value * 40));
    console.log(`step ${String(i).padStart(3)}  loss ${value.toFixed(4)}  ${bar}`);
  }
  ({ params, state } = next);
}

const scores = logits(params).toArray();
let correct = 0;
for (const [row, [a, b]] of x.toArray().entries()) {
  const probability = 1 / (1 + Math.exp(-scores[row][0]));
  const expected = y.toArray()[row][0];
  if (Math.round(probability) === expected) correct++;
  console.log(`${a} xor ${b} = ${probability.toFixed(3)}  (${expected})`);
}
console.log(`accuracy ${correct}/4`);
