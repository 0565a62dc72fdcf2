/**
 * A gradient costs a small constant times the function: "cheap gradient principle" (Griewank &
 * Walther, Evaluating Derivatives, 2008). Counted on the optimized tape, forward pass included.
 */
import { assert } from "@std/assert";
import {
  conv2d,
  type Cost,
  cost,
  grad,
  logSumExp,
  matmul,
  maxPool,
  scan,
  tanh,
  type Tensor,
  valueAndGrad,
  zeros,
} from "@katachi/katachi";
import { relu } from "@katachi/katachi/nn";

const mostly = 3;

/** Holds the tape of value and gradient within three times the function's. */
function holds(name: string, forward: Cost, both: Cost): void {
  Deno.test(`${name}: the gradient takes at most ${mostly} times what the function takes`, () => {
    const flops = both.flops / forward.flops;
    const equations = equationsOf(both) / equationsOf(forward);
    console.log(`${name}: ${flops.toFixed(2)} x FLOPs, ${equations.toFixed(2)} x equations`);
    // More than the function itself, or the count would be no count.
    assert(flops > 1.5 && flops <= mostly, `${flops} times the FLOPs\n${forward}\n${both}`);
    assert(equations > 1 && equations <= mostly, `${equations} times the equations`);
  });
}

function equationsOf({ byPrimitive }: Cost): number {
  return Object.values(byPrimitive).reduce((sum, { equations }) => sum + equations, 0);
}

function crossEntropy<B extends number>(z: Tensor<[B, 10]>, y: Tensor<[B, 10]>): Tensor<[]> {
  return logSumExp(z, -1).sub(z.mul(y).sum(-1)).mean() as Tensor<[]>;
}

const dense = {
  w1: zeros([784, 512]),
  b1: zeros([512]),
  w2: zeros([512, 256]),
  b2: zeros([256]),
  w3: zeros([256, 10]),
  b3: zeros([10]),
};
const mlp = (p: typeof dense, x: Tensor<[128, 784]>, y: Tensor<[128, 10]>) => {
  const first = relu(matmul(x, p.w1).add(p.b1));
  const second = relu(matmul(first, p.w2).add(p.b2));
  return crossEntropy(matmul(second, p.w3).add(p.b3), y);
};
const rows = [zeros([128, 784]), zeros([128, 10])] as const;
holds("MLP", cost(mlp, dense, ...rows), cost(valueAndGrad(mlp), dense, ...rows));

const kernels = { k1: zeros([8, 1, 5, 5]), k2: zeros([16, 8, 5, 5]), w: zeros([256, 10]) };
const cnn = (p: typeof kernels, x: Tensor<[16, 1, 28, 28]>, y: Tensor<[16, 10]>) => {
  const first = maxPool(relu(conv2d(x, p.k1)), { window: 2 });
  const second = maxPool(relu(conv2d(first, p.k2)), { window: 2 });
  return crossEntropy(matmul(second.reshape([16, 256]), p.w), y);
};
const images = [zeros([16, 1, 28, 28]), zeros([16, 10])] as const;
holds("CNN", cost(cnn, kernels, ...images), cost(valueAndGrad(cnn), kernels, ...images));

const cell = { w: zeros([64, 64]), u: zeros([32, 64]), b: zeros([64]) };
const rnn = (p: typeof cell, xs: Tensor<[20, 16, 32]>) => {
  const step = (h: Tensor<[16, 64]>, x: Tensor<[16, 32]>) =>
    [tanh(matmul(h, p.w).add(matmul(x, p.u)).add(p.b)), null] as const;
  return scan(step, zeros([16, 64]), xs)[0].square().sum();
};
holds("scan", cost(rnn, cell, zeros([20, 16, 32])), cost(grad(rnn), cell, zeros([20, 16, 32])));
