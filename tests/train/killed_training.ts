/**
 * A training to be killed. Run by itself, with a folder, it goes on from the newest checkpoint there, saves
 * every step, and writes a dot before each; a line at the end.
 *
 * @module
 */
import { random, type Tensor } from "@katachi/katachi";
import { accuracy } from "@katachi/katachi/metrics";
import {
  batchNorm,
  dropout,
  linear,
  relu,
  sequential,
  softmaxCrossEntropy,
} from "@katachi/katachi/nn";
import { adam } from "@katachi/katachi/optim";
import { checkpoints, fit, latestCheckpoint, type LossContext } from "@katachi/katachi/train";

const model = sequential(
  linear.of(16, 64),
  batchNorm.of(64),
  relu,
  dropout.of(0.2),
  linear.of(64, 4),
);

type Params = ReturnType<typeof model.init>;
type State = ReturnType<typeof model.initState>;
interface Batch {
  readonly x: Tensor<[number, 16]>;
  readonly y: Tensor<[number], "int32">;
}

function loss(params: Params, { x, y }: Batch, context: LossContext<State>) {
  const [logits, state] = context.training
    ? model.train(params, x, context)
    : [model.apply(params, x, context.state), context.state];
  return { loss: softmaxCrossEntropy(logits, y), state, predictions: logits, targets: y };
}

const [dataKey, labelKey, initKey, key] = random.split(random.key(5), 4);
const data = {
  x: random.normal(dataKey, [96, 16]),
  y: random.randint(labelKey, [96], 0, 4),
};

/** The training. It has 30 epochs of 12 steps; with `epochs: 0` it gives its first state. */
export const options = {
  loss,
  params: model.init(initKey),
  state: model.initState(),
  optimizer: adam(0.01),
  data,
  batchSize: 8,
  epochs: 30,
  validation: data,
  metrics: { accuracy },
  key,
  recordSteps: true,
  progress: false,
};

if (import.meta.main) {
  const [folder] = Deno.args;
  const { state } = await fit({ ...options, epochs: 0 });
  const resume = await latestCheckpoint(folder, state);
  const dot = { onStep: () => void Deno.stdout.writeSync(new TextEncoder().encode(".")) };
  const save = checkpoints(folder, { every: { steps: 1 }, keep: 2 });
  await fit({ ...options, resume, callbacks: [dot, save] });
  Deno.stdout.writeSync(new TextEncoder().encode("\n"));
}
