/**
 * The laws of checkpoints: a state comes back bit for bit, and no damage to a file is overlooked.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { random, zeros } from "@katachi/katachi";
import { FormatError, loadWeights, readSafetensors, saveWeights } from "@katachi/katachi/io";
import {
  loadCheckpoint,
  type Progress,
  saveCheckpoint,
  type TrainState,
} from "@katachi/katachi/train";
import { assertSameBits, trees } from "../io/trees.ts";

async function inFile(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(`${folder}/checkpoint.safetensors`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const figure = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -0));
const figures = fc.dictionary(fc.string(), figure, { maxKeys: 2 }).map((scores) => ({ ...scores }));

const progress: fc.Arbitrary<Progress> = fc.record({
  epoch: fc.nat(),
  step: fc.nat(),
  stepInEpoch: fc.nat(),
  lossSum: figure,
  learningRate: figure,
  seconds: figure,
  best: fc.option(fc.record({ epoch: fc.nat(), value: figure })),
  patience: fc.record({ mark: fc.option(figure), wait: fc.nat() }),
  epochs: fc.array(
    fc.record({
      epoch: fc.nat(),
      step: fc.nat(),
      loss: figure,
      metrics: figures,
      validation: fc.record({ loss: figure, metrics: figures }),
      seconds: figure,
    }),
    { maxLength: 3 },
  ),
});

const states: fc.Arbitrary<TrainState<unknown>> = fc.record({
  params: trees,
  modelState: trees,
  optimizerState: trees,
  metricStates: fc.dictionary(fc.constantFrom("accuracy", "f1"), trees),
  best: fc.record({ params: trees, modelState: trees }),
  plateau: fc.constant(null),
  key: fc.nat().map((seed) => random.key(seed)),
  progress,
});

Deno.test("a state comes back bit for bit", () =>
  inFile(async (path) => {
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        await saveCheckpoint(path, state);
        const { progress, ...tensors } = await loadCheckpoint(path, state);
        const { progress: savedProgress, ...saved } = state;
        assertSameBits(tensors, saved);
        assertEquals(progress, savedProgress);
      }),
      { numRuns: 50 },
    );
  }));

/** A small state whose history has quotes and the name of the digest in it. */
const small: TrainState<unknown> = {
  params: { w: zeros([3]) },
  modelState: null,
  optimizerState: [zeros([]), null],
  metricStates: {},
  best: { params: { w: zeros([3]) }, modelState: null },
  plateau: null,
  key: random.key(7),
  progress: {
    epoch: 1,
    step: 2,
    stepInEpoch: 0,
    lossSum: 0,
    seconds: 0,
    best: null,
    patience: { mark: null, wait: 0 },
    epochs: [{ epoch: 1, step: 2, loss: 0.5, metrics: { '"sha256":"': 1 }, seconds: 0.25 }],
  },
};

Deno.test("every flipped bit is noticed, every truncation, every byte too many", () =>
  inFile(async (path) => {
    await saveCheckpoint(path, small);
    const bytes = await Deno.readFile(path);
    assertEquals((await loadCheckpoint(path, small)).progress, small.progress);
    const refused = async (damaged: Uint8Array) => {
      await Deno.writeFile(path, damaged);
      await assertRejects(() => loadCheckpoint(path, small), FormatError, `${path}: `);
    };
    for (let i = 0; i < bytes.length; i++) await refused(bytes.with(i, bytes[i] ^ (1 << i % 8)));
    for (let length = 0; length < bytes.length; length += 7) await refused(bytes.slice(0, length));
    await refused(new Uint8Array([...bytes, 0]));
  }));

Deno.test("the metadata says what it is; the weights are under their names", () =>
  inFile(async (path) => {
    await saveCheckpoint(path, small);
    const { tensors, metadata } = await readSafetensors(path);
    const { version } = JSON.parse(
      await Deno.readTextFile(new URL(import.meta.resolve("../../deno.json"))),
    );
    assertEquals(
      { ...metadata, sha256: metadata.sha256.length, progress: JSON.parse(metadata.progress) },
      {
        format: "katachi checkpoint",
        formatVersion: "1",
        library: version,
        epoch: "1",
        step: "2",
        progress: JSON.parse(JSON.stringify(small.progress)),
        sha256: 64,
      },
    );
    assertEquals(Object.keys(tensors).sort(), [
      "best.params.w",
      "key",
      "optimizerState.0",
      "params.w",
    ]);
    const { params } = await loadWeights(path, { params: { w: zeros([3]) } }, { strict: false });
    assertSameBits(params, small.params);
  }));

Deno.test("another model's checkpoint is refused, and another file", () =>
  inFile(async (path) => {
    await saveCheckpoint(path, small);
    const other = { ...small, params: { w: zeros([4]) }, optimizerState: null };
    await assertRejects(
      () => loadCheckpoint(path, other),
      FormatError,
      `${path}: loadInto: params.w: float32[4] expected, the file has float32[3]\n` +
        "optimizerState.0: none expected, the file has float32[]",
    );
    await saveWeights(path, small.params);
    await assertRejects(
      () => loadCheckpoint(path, small),
      FormatError,
      "the file is no checkpoint",
    );
  }));
