/** Early stopping, the best parameters, the learning rate on a plateau, and a loss that is no number. */
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { debug, random, stopGradient, type Tensor, tensor } from "@katachi/katachi";
import { injectHyperparams, reduceOnPlateau, sgd } from "@katachi/katachi/optim";
import { type EarlyStopping, fit } from "@katachi/katachi/train";
import { figures } from "../fixtures/figures.ts";

/** A training whose loss in each epoch is the next of these values, and whose parameter counts them. */
function given(values: readonly number[]) {
  return {
    step: (count: Tensor<[], "int32">, loss: Tensor<[], "float64">) => ({
      params: count.add(1),
      loss,
    }),
    params: tensor(0, "int32"),
    data: (_: random.Key, epoch: number) => [tensor(values[epoch - 1], "float64")],
    epochs: values.length,
    key: random.key(0),
    progress: false,
  };
}

Deno.test("it stops early where Keras does", async () => {
  type Case = EarlyStopping & { values: number[]; mode: "min" | "max"; epochs: number };
  const { earlyStopping } = await figures<{ earlyStopping: Case[] }>("train");
  for (const { values, mode, epochs, patience, minDelta } of earlyStopping) {
    const { history, stopped } = await fit({
      ...given(values),
      mode,
      earlyStopping: { patience, minDelta },
    });
    assertEquals(history.epochs.length, epochs);
    if (epochs < values.length) assertEquals(stopped, "early");
  }
});

const series = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 });

Deno.test("the best is the first of the best, at the end of its epoch", async () => {
  await fc.assert(
    fc.asyncProperty(series, fc.constantFrom("min", "max"), async (values, mode) => {
      const isBest: boolean[] = [];
      const { best, params, stopped } = await fit({
        ...given(values),
        mode,
        callbacks: [{ onEpoch: (event) => void isBest.push(event.isBest) }],
      });
      const first = values.indexOf(Math[mode](...values));
      assertEquals([best.epoch, best.params.item()], [first + 1, first + 1]);
      assertEquals([params.item(), stopped], [values.length, "finished"]);
      const record = values.map((value, i) =>
        values.slice(0, i).every((before) => mode === "min" ? value < before : value > before)
      );
      assertEquals(isBest, record);
    }),
    { numRuns: 40 },
  );
});

Deno.test("the learning rate falls as reduceOnPlateau says", async () => {
  await fc.assert(
    fc.asyncProperty(series, fc.integer({ min: 0, max: 2 }), async (values, patience) => {
      const plateau = reduceOnPlateau(0.8, { factor: 0.5, patience });
      const optimizer = injectHyperparams((h) => sgd(h.learningRate), { learningRate: 0.1 });
      const { params, history } = await fit({
        ...given(values),
        step: undefined,
        // The loss is what is given, and its gradient 1.
        loss: (x: Tensor<[], "float64">, value: Tensor<[], "float64">) =>
          x.sub(stopGradient(x)).add(value),
        params: tensor(0, "float64"),
        optimizer,
        plateau,
      });
      let state = plateau.init();
      const rates = values.map((value) => {
        const rate = state.learningRate.item();
        state = plateau.update(state, value);
        return rate;
      });
      assertEquals(history.epochs.map(({ learningRate }) => learningRate), rates);
      assertEquals(params.item(), -rates.reduce((a, b) => a + b));
    }),
    { numRuns: 20 },
  );
});

Deno.test("a loss that is no number ends a training as it is told to", async () => {
  const run = (nonFinite?: "throw" | "stop" | "continue") =>
    fit({ ...given([3, 2, NaN, 1]), nonFinite });
  await assertRejects(
    () => run(),
    debug.NumericsError,
    "fit: the loss is NaN in epoch 3 at step 3; a smaller learning rate may help",
  );
  const { stopped, history, best, state } = await run("stop");
  assertEquals([stopped, history.epochs.length, best.epoch], ["diverged", 2, 2]);
  assertEquals(state.progress.step, 3);
  const all = await run("continue");
  assertEquals(all.history.epochs.map(({ loss }) => loss), [3, 2, NaN, 1]);
  assertEquals([all.stopped, all.best.epoch], ["finished", 4]);
});
