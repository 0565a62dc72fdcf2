/**
 * ResNet-18 for images of 32 x 32 pixels: the first convolution keeps the size, and no pooling follows
 * it. (K. He and others, "Deep residual learning for image recognition", 2015.)
 *
 * ```sh
 * deno run examples/models/resnet.ts   # its table, and a step on noise
 * ```
 *
 * @module
 */
import { type Dim, jit, random, type Tensor, valueAndGrad } from "@katachi/katachi";
import {
  batchNorm,
  conv,
  globalAvgPooling,
  linear,
  relu,
  residual,
  sequential,
  softmaxCrossEntropy,
  summary,
} from "@katachi/katachi/nn";
import { applyUpdates, sgd } from "@katachi/katachi/optim";

/** Two convolutions and a way around them, all with as many channels. */
function block<const C extends Dim>(channels: C) {
  return sequential(
    residual(sequential(
      conv.of(channels, channels, [3, 3], { padding: 1, bias: false }),
      batchNorm.of(channels),
      relu,
      conv.of(channels, channels, [3, 3], { padding: 1, bias: false }),
      batchNorm.of(channels),
    )),
    relu,
  );
}

/** The same with half the size and other channels, on the way around, too. */
function halving<const C extends Dim, const O extends Dim>(inputs: C, outputs: O) {
  return sequential(
    residual(
      sequential(
        conv.of(inputs, outputs, [3, 3], { stride: 2, padding: 1, bias: false }),
        batchNorm.of(outputs),
        relu,
        conv.of(outputs, outputs, [3, 3], { padding: 1, bias: false }),
        batchNorm.of(outputs),
      ),
      sequential(
        conv.of(inputs, outputs, [1, 1], { stride: 2, bias: false }),
        batchNorm.of(outputs),
      ),
    ),
    relu,
  );
}

/** From images `[N, 3, 32, 32]` to the logits of ten classes. */
export const resnet18 = sequential(
  conv.of(3, 64, [3, 3], { padding: 1, bias: false }),
  batchNorm.of(64),
  relu,
  block(64),
  block(64),
  halving(64, 128),
  block(128),
  halving(128, 256),
  block(256),
  halving(256, 512),
  block(512),
  globalAvgPooling.of(),
  linear.of(512, 10),
);

/** The parameters. */
export type Params = ReturnType<typeof resnet18.init>;
/** The running statistics. */
export type State = ReturnType<typeof resnet18.initState>;

/** The logits. */
export function classify<B extends Dim>(
  params: Params,
  x: Tensor<[B, 3, 32, 32]>,
  state: State,
): Tensor<[B, 10]> {
  return resnet18.apply(params, x, state);
}

if (import.meta.main) {
  console.log(`${summary(resnet18, [8, 3, 32, 32])}`);
  const [kInit, kData, kTrain] = random.split(random.key(0), 3);
  const optimizer = sgd(0.1, { momentum: 0.9 });
  let params = resnet18.init(kInit);
  let state = resnet18.initState();
  let optimizerState = optimizer.init(params);
  const x = random.normal(kData, [8, 3, 32, 32]);
  const y = random.randint(kData, [8], 0, 10);
  const step = jit((p: Params, s: State, o: typeof optimizerState, key: random.Key) => {
    const loss = (p: Params) => {
      const [logits, next] = resnet18.train(p, x, { key, state: s });
      return [softmaxCrossEntropy(logits, y), next] as const;
    };
    const [[value, next], gradients] = valueAndGrad(loss, { hasAux: true })(p);
    const [updates, after] = optimizer.update(gradients, o, p);
    return { value, params: applyUpdates(p, updates), state: next, optimizerState: after };
  });
  for (const key of random.split(kTrain, 3)) {
    const next = step(params, state, optimizerState, key);
    ({ params, state, optimizerState } = next);
    console.log(`loss ${next.value.item().toFixed(4)}`);
  }
}
