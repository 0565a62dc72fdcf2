/** What a training writes: a bar on a terminal, lines elsewhere; and its history as a table. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { EpochRecord } from "@katachi/katachi/train";
import { historyOf } from "../../src/train/history.ts";
import { reportOf } from "../../src/train/report.ts";

const record: EpochRecord = {
  epoch: 3,
  step: 30,
  loss: 0.12345678,
  metrics: { accuracy: 0.5 },
  learningRate: 0.000125,
  validation: { loss: 12345.678, metrics: { accuracy: 1 } },
  seconds: 1.26,
};

/** What is written to a terminal, and what is logged, by what a body does. */
function written(isTTY: boolean, progress: boolean | number, steps: number | undefined) {
  const wrote: string[] = [];
  const logged: string[] = [];
  const log = console.log;
  console.log = (line: string) => void logged.push(line);
  try {
    const terminal = { isTTY, write: (text: string) => void wrote.push(text) };
    const report = reportOf(progress, 10, steps, terminal);
    report.step(3, 4, 0.25);
    report.step(3, 5, 0.25);
    report.epoch(record);
    report.epoch({ ...record, epoch: 4, validation: undefined });
    report.end("stopped");
  } finally {
    console.log = log;
  }
  return { wrote, logged };
}

const lines = [
  "epoch  3/10  loss 0.1235  accuracy 0.5000  validation loss 1.235e+4  validation accuracy 1.0000  1.3 s",
  "epoch  4/10  loss 0.1235  accuracy 0.5000  1.3 s",
  "stopped",
];

Deno.test("elsewhere than on a terminal it writes a line for every epoch", () => {
  assertEquals(written(false, true, 10), { wrote: [], logged: lines });
  assertEquals(written(false, 4, 10).logged, lines.slice(1));
  assertEquals(written(true, false, 10), { wrote: [], logged: [] });
});

Deno.test("on a terminal there is a bar, drawn now and then and wiped away", () => {
  const bar = "epoch 3/10  ━━━━━━━━━━──────────────  4/10  loss 0.2500";
  assertEquals(written(true, true, 10), {
    wrote: [`\r\x1b[K${bar}`, "\r\x1b[K"],
    logged: lines,
  });
  assertEquals(written(true, true, undefined).wrote[0], "\r\x1b[Kepoch 3/10  step 4  loss 0.2500");
});

Deno.test("a history is plain JSON, and a table in a notebook", () => {
  const history = historyOf([{ ...record, metrics: { "a<b": 1 } }, record]);
  assertEquals(JSON.parse(JSON.stringify(history)), { epochs: history.epochs });
  assertEquals(Object.keys(history), ["epochs"]);
  const display = Reflect.get(history, Symbol.for("Jupyter.display")) as () => Record<
    string,
    string
  >;
  const html = display()["text/html"];
  assertStringIncludes(
    html,
    "<tr><th>epoch</th><th>step</th><th>loss</th><th>a&lt;b</th>",
  );
  assertStringIncludes(html, "<th>learning rate</th>");
  assert(html.includes("<td>1.250e-4</td>"));
  assertEquals(html.match(/<td>/g)?.length, 2 * html.match(/<th>/g)!.length);
});
