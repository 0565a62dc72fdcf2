/**
 * A small GPT: a decoder of the kind of GPT-2, with layer norm in front of attention and of the dense
 * layers, learned positions, and logits by the transposed embedding. (A. Radford and others, "Language
 * models are unsupervised multitask learners", 2019.)
 *
 * ```sh
 * deno run examples/models/gpt.ts   # a few steps on noise
 * ```
 *
 * @module
 */
import {
  add,
  arange,
  type Dim,
  jit,
  matmul,
  mod,
  random,
  type Tensor,
  valueAndGrad,
} from "@katachi/katachi";
import {
  embedding,
  gelu,
  initializers,
  layerNorm,
  linear,
  multiHeadAttention,
  residual,
  sequential,
  softmaxCrossEntropy,
} from "@katachi/katachi/nn";
import { adamw, applyUpdates } from "@katachi/katachi/optim";

const block = sequential(
  residual(sequential(
    layerNorm.of([128]),
    multiHeadAttention.of(128, 4, { causal: true }),
  )),
  residual(sequential(layerNorm.of([128]), linear.of(128, 512), gelu, linear.of(512, 128))),
);

/** What is between the embedding and the logits. */
const body = sequential(block, block, block, block, layerNorm.of([128]));

/** New parameters. */
export function init(key: random.Key) {
  const [kTokens, kPositions, kBody] = random.split(key, 3);
  const small = initializers.normal({ stddev: 0.02 });
  return {
    tokens: small(kTokens, [256, 128]),
    positions: small(kPositions, [64, 128]),
    body: body.init(kBody),
  };
}

/** The parameters. */
export type Params = ReturnType<typeof init>;

/** The logits of what follows each of 64 tokens. */
export function predict<B extends Dim>(
  params: Params,
  text: Tensor<[B, 64], "int32">,
): Tensor<[B, 64, 256]> {
  const x = add(embedding({ weight: params.tokens }, text), params.positions);
  return matmul(body.apply(params.body, x), params.tokens.transpose());
}

if (import.meta.main) {
  const [kInit, kText] = random.split(random.key(0));
  const optimizer = adamw(0.001);
  let params = init(kInit);
  let state = optimizer.init(params);
  // Each text is one byte after another, from some byte on.
  const start = random.randint(kText, [8, 1], 0, 256);
  const text = mod(add(start, arange(0, 65, 1, "int32")), 256);
  const [seen, next] = [text.slice([null, [0, 64]]), text.slice([null, [1, 65]])];
  const step = jit((params: Params, s: typeof state) => {
    const loss = (params: Params) => softmaxCrossEntropy(predict(params, seen), next);
    const [value, gradients] = valueAndGrad(loss)(params);
    const [updates, after] = optimizer.update(gradients, s, params);
    return { value, params: applyUpdates(params, updates), state: after };
  });
  for (let i = 1; i <= 60; i++) {
    const after = step(params, state);
    ({ params, state } = after);
    if (i % 20 === 0) console.log(`step ${i}  loss ${after.value.item().toFixed(4)}`);
  }
}
