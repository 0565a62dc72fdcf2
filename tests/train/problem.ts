/** A small problem that has everything in it: dropout, a state, metrics, a rate that can be set. */
import { fromBuffer, random, tanh, type Tensor, treeLeaves } from "@katachi/katachi";
import { accuracy } from "@katachi/katachi/metrics";
import { batchNorm, dropout, linear, sequential, softmaxCrossEntropy } from "@katachi/katachi/nn";
import { adam, injectHyperparams, reduceOnPlateau } from "@katachi/katachi/optim";
import { type History, supervised } from "@katachi/katachi/train";

/** Rows of two numbers, and which is larger. */
export function examples<N extends number>(seed: number, rows: N) {
  const x = fromBuffer(
    Float32Array.from({ length: rows * 2 }, (_, i) => Math.sin(12.9898 * (i + 1) * (seed + 1))),
    [rows, 2],
  ) as Tensor<[N, 2]>;
  const labels = Int32Array.from({ length: rows }, (_, i) => +(x.data[2 * i] > x.data[2 * i + 1]));
  return { x, y: fromBuffer(labels, [rows]) as Tensor<[N], "int32"> };
}

export const model = sequential(
  linear.of(2, 4),
  batchNorm.of(4),
  tanh,
  dropout.of(0.25),
  linear.of(4, 2),
);

/** Options of a training of that model. */
export function problem(seed: number) {
  return {
    loss: supervised(model, softmaxCrossEntropy),
    params: model.init(random.key(seed)),
    state: model.initState(),
    optimizer: injectHyperparams((h) => adam(h.learningRate), { learningRate: 0.05 }),
    plateau: reduceOnPlateau(0.05, { patience: 0, factor: 0.5 }),
    data: examples(seed, 22),
    validation: examples(seed + 1, 7),
    metrics: { accuracy },
    key: random.key(seed + 2),
    progress: false,
  } as const;
}

/** The bits of a tree of tensors. */
export function bits(tree: unknown): string {
  return treeLeaves(tree).map(({ data, shape, dtype }) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return `${dtype}[${shape}] ${bytes}`;
  }).join("\n");
}

/** A history without what the clock says. */
export function timeless({ epochs, steps }: Pick<History, "epochs" | "steps">): unknown {
  return { epochs: epochs.map(({ seconds: _, ...rest }) => rest), steps };
}
