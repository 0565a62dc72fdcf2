/**
 * A classifier of sequences: tokens become vectors, an LSTM reads them in both directions, a second one
 * reads what the first wrote, and its last output is classified. (S. Hochreiter and J. Schmidhuber,
 * "Long short-term memory", 1997.)
 *
 * ```sh
 * deno run examples/models/lstm.ts   # its table, and a step on noise
 * ```
 *
 * @module
 */
import { type Dim, jit, random, type Tensor, valueAndGrad } from "@katachi/katachi";
import {
  embedding,
  linear,
  lstm,
  sequential,
  softmaxCrossEntropy,
  summary,
} from "@katachi/katachi/nn";
import { adam, applyUpdates } from "@katachi/katachi/optim";

/** From tokens `[N, T]`, numbers below 1000, to the logits of two classes. */
export const reader = sequential(
  embedding.of(1000, 32),
  lstm.of(32, 64, { bidirectional: true }),
  lstm.of(128, 64, { last: true }),
  linear.of(64, 2),
);

/** The parameters. */
export type Params = ReturnType<typeof reader.init>;

/** The logits. */
export function classify<B extends Dim, T extends Dim>(
  params: Params,
  tokens: Tensor<[B, T], "int32">,
): Tensor<[B, 2]> {
  return reader.apply(params, tokens);
}

if (import.meta.main) {
  console.log(`${summary(reader, [16, 40], { dtype: "int32" })}`);
  const [kInit, kTokens, kLabels] = random.split(random.key(0), 3);
  const optimizer = adam(0.01);
  let params = reader.init(kInit);
  let state = optimizer.init(params);
  const tokens = random.randint(kTokens, [16, 40], 0, 1000);
  const labels = random.randint(kLabels, [16], 0, 2);
  const step = jit((params: Params, s: typeof state) => {
    const loss = (params: Params) => softmaxCrossEntropy(classify(params, tokens), labels);
    const [value, gradients] = valueAndGrad(loss)(params);
    const [updates, next] = optimizer.update(gradients, s, params);
    return { value, params: applyUpdates(params, updates), state: next };
  });
  for (let i = 0; i < 5; i++) {
    const next = step(params, state);
    ({ params, state } = next);
    console.log(`loss ${next.value.item().toFixed(4)}`);
  }
}
