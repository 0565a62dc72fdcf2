/**
 * A folder of checkpoints: which are kept, which is found again, and what is refused.
 *
 * @module
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FormatError, saveWeights } from "@katachi/katachi/io";
import {
  checkpoints,
  type CheckpointsOptions,
  fit,
  latestCheckpoint,
  loadCheckpoint,
} from "@katachi/katachi/train";
import { inFolder, namesIn } from "../io/folder.ts";
import { assertSameBits } from "../io/trees.ts";
import { options } from "./killed_training.ts";
import { assertSameState } from "./same_state.ts";

const stepsIn = (folder: string) =>
  namesIn(folder).map((name) => /^step-(\d+)/.exec(name)?.[1]).filter(Boolean).map(Number);

const { state: first } = await fit({ ...options, epochs: 0 });

/** Trains for some epochs of 12 steps, with checkpoints. */
const train = (
  folder: string,
  epochs: number,
  { resume, ...more }: CheckpointsOptions & { resume?: typeof first } = {},
) => fit({ ...options, epochs, resume, callbacks: [checkpoints(folder, more)] });

Deno.test("a training goes on to the same bits from what was saved after any step or epoch", () =>
  inFolder(async (folder) => {
    const every = checkpoints(folder, { every: { steps: 5, epochs: 1 }, keep: 100 });
    const { state } = await fit({ ...options, epochs: 3, callbacks: [every] });
    assertEquals(stepsIn(folder), [5, 10, 12, 15, 20, 24, 25, 30, 35, 36]);
    for (const step of stepsIn(folder)) {
      const path = `${folder}/step-${String(step).padStart(8, "0")}.safetensors`;
      const resume = await loadCheckpoint(path, first);
      assertEquals(resume.progress.step, step);
      const { state: again } = await fit({ ...options, epochs: 3, resume });
      assertSameState(again, state);
    }
  }));

Deno.test("after the last step of an epoch, before it is judged, is no worse a place", async () => {
  const states: (typeof first)[] = [];
  const callbacks = [{
    onStep: ({ state }: { state: () => typeof first }) => void states.push(state()),
  }];
  const { state } = await fit({ ...options, epochs: 1, callbacks });
  assertEquals(states[11].progress.stepInEpoch, 12);
  const { state: again } = await fit({ ...options, epochs: 1, resume: states[11] });
  assertSameState(again, state);
});

Deno.test("the newest stay, and the best", () =>
  inFolder(async (folder) => {
    const inside = `${folder}/not/there/yet`;
    const { state, history } = await train(inside, 3, { keep: 2 });
    assertEquals(namesIn(inside), [
      "best.safetensors",
      "step-00000024.safetensors",
      "step-00000036.safetensors",
    ]);
    assertSameState(await latestCheckpoint(inside, first), state);
    const losses = history.epochs.map(({ validation }) => validation!.loss);
    const best = await loadCheckpoint(`${inside}/best.safetensors`, first);
    assertEquals(best.progress.epoch, 1 + losses.indexOf(Math.min(...losses)));
    assertSameBits(best.params, state.best.params);
  }));

Deno.test("seconds count from one checkpoint to the next", () =>
  inFolder(async (folder) => {
    await train(folder, 1, { every: { seconds: 1e-9 }, keep: 100 });
    assertEquals(stepsIn(folder), Array.from({ length: 12 }, (_, i) => i + 1));
    await train(`${folder}/never`, 1, { every: { seconds: 3600 } });
    assertEquals(stepsIn(`${folder}/never`), [12]); // the end
  }));

Deno.test("an interrupted training is saved, one whose loss is no number is not", () =>
  inFolder(async (folder) => {
    const stop = {
      onStep: ({ step }: { step: number }) => step === 7 ? "stop" as const : undefined,
    };
    const save = checkpoints(folder);
    const { state } = await fit({ ...options, callbacks: [save, stop] });
    assertEquals(stepsIn(folder), [7]);
    assertSameState(await latestCheckpoint(folder, first), state);

    const diverging: typeof options = {
      ...options,
      loss: (...args) => {
        const found = options.loss(...args);
        return { ...found, loss: found.loss.mul(Infinity) };
      },
    };
    const callbacks = [checkpoints(`${folder}/diverged`)];
    const { stopped } = await fit({ ...diverging, nonFinite: "stop", callbacks });
    assertEquals(stopped, "diverged");
    assertEquals(await latestCheckpoint(`${folder}/diverged`, first), undefined);
  }));

Deno.test("damaged files and those of others are passed over, and cleared away on the way", () =>
  inFolder(async (folder) => {
    const { state } = await train(folder, 2);
    const [older, newest] = [12, 24].map((step) => `${folder}/step-000000${step}.safetensors`);
    assertSameState(await latestCheckpoint(folder, first), state);
    const bytes = await Deno.readFile(newest);
    await Deno.writeFile(newest, bytes.with(-1, bytes.at(-1)! ^ 1));
    await Deno.writeFile(`${folder}/step-00000099.safetensors`, new Uint8Array());
    await Deno.writeFile(`${folder}/.step-00000036.safetensors.x.tmp`, bytes);
    await Deno.writeFile(`${folder}/notes.txt`, bytes);
    const resume = await latestCheckpoint(folder, first);
    assertSameState(resume, await loadCheckpoint(older, first));

    assertSameState((await train(folder, 2, { resume })).state, state);
    assertEquals(namesIn(folder), [
      "best.safetensors",
      "notes.txt",
      "step-00000012.safetensors",
      "step-00000024.safetensors",
    ]);
  }));

Deno.test("where there is nothing, nothing is found", () =>
  inFolder(async (folder) => {
    assertEquals(await latestCheckpoint(folder, first), undefined);
    assertEquals(await latestCheckpoint(`${folder}/none`, first), undefined);
    await Deno.writeFile(`${folder}/step-00000012.safetensors`, new Uint8Array(99));
    assertEquals(await latestCheckpoint(folder, first), undefined);
    await saveWeights(`${folder}/step-00000012.safetensors`, {});
    assertEquals(await latestCheckpoint(folder, first), undefined);
  }));

Deno.test("another model's folder is refused, and another training's", () =>
  inFolder(async (folder) => {
    await train(folder, 1);
    await assertRejects(
      () => latestCheckpoint(folder, { ...first, optimizerState: null }),
      FormatError,
      "optimizerState.1.mean.0.bias: none expected, the file has float32[64]",
    );
    await assertRejects(
      () => train(folder, 1),
      RangeError,
      "step-00000012.safetensors is of a later step than this training's, 1: go on from it with",
    );
    assertEquals(stepsIn(folder), [12]);
  }));

Deno.test("options out of their range are refused", () => {
  const refused = (options: CheckpointsOptions, message: string) => {
    assertThrows(() => checkpoints("x", options), RangeError, message);
  };
  refused({ keep: 0 }, "keep");
  refused({ every: { steps: 0 } }, "every.steps");
  refused({ every: { epochs: 1.5 } }, "every.epochs");
  refused({ every: { seconds: 0 } }, "every.seconds must be above 0, got 0");
  refused({ every: { seconds: NaN } }, "every.seconds must be above 0, got NaN");
  refused({ every: {} }, "every needs steps, epochs or seconds");
});
