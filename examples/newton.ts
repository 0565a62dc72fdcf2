/**
 * Newton's method: logistic regression on two clouds of points, with exact second derivatives.
 *
 * ```sh
 * deno run examples/newton.ts
 * deno run examples/newton.ts --seed 7
 * ```
 */
import {
  concat,
  hessian,
  jit,
  ones,
  random,
  type Tensor,
  valueAndGrad,
  zeros,
} from "@katachi/katachi";
import { solve } from "@katachi/katachi/linalg";
import { sigmoidCrossEntropy } from "@katachi/katachi/nn";

const seed = Number(Deno.args[Deno.args.indexOf("--seed") + 1] ?? 0) || 0;
const [above, below] = random.split(random.key(seed));

// 100 points around (1, 1), of class 1, and 100 around (-1, -1), of class 0; the last column is 1.
const points = concat([
  random.normal(above, [100, 2]).add(1),
  random.normal(below, [100, 2]).sub(1),
]);
const x = concat([points, ones([200, 1])], 1); // Tensor<[200, 3]>
const y = concat([ones([100]), zeros([100])]); // Tensor<[200]>

// A small penalty keeps the weights finite where a line separates the classes.
type Weights = Tensor<[3]>;
const loss = (w: Weights) => sigmoidCrossEntropy(x.matmul(w), y).add(w.square().sum().mul(0.001));

// One step: to the minimum of the parabola that has the loss's value, slope and curvature here.
const step = jit((w: Weights) => {
  const [value, gradient] = valueAndGrad(loss)(w);
  const curvature = hessian(loss)(w); // Tensor<[3, 3]>
  return { value, slope: gradient.square().sum().sqrt(), next: w.sub(solve(curvature, gradient)) };
});

let w: Weights = zeros([3]);
for (let i = 0; i <= 6; i++) {
  const { value, slope, next } = step(w);
  console.log(`step ${i}  loss ${value.item().toFixed(6)}  slope ${slope.item().toExponential(1)}`);
  w = next;
}

const [a, b, c] = w.toArray();
console.log(`the line between them: ${a.toFixed(2)} x + ${b.toFixed(2)} y + ${c.toFixed(2)} = 0`);
const scores = x.matmul(w).toArray();
const right = y.toArray().filter((label, i) => label === Number(scores[i] > 0)).length;
console.log(`accuracy ${right}/200`);
