/** Ctrl-C ends a training with what there is; a second one ends the program. */
import { assert, assertEquals } from "@std/assert";

const endless = `
import { random, type Tensor, zeros } from "@katachi/katachi";
import { sgd } from "@katachi/katachi/optim";
import { fit } from "@katachi/katachi/train";

const { stopped, history, state } = await fit({
  loss: (w: Tensor<[500]>, x: Tensor<[500]>) => x.sub(w).square().mean(),
  params: zeros([500]),
  optimizer: sgd(0.1),
  data: random.normal(random.key(0), [500]),
  epochs: 1e9,
  key: random.key(1),
  progress: false,
  callbacks: [{ onStep: ({ step }) => { if (step === 100) console.log("running"); } }],
});
console.log(stopped, history.epochs.length === state.progress.step, state.progress.step > 100);
for (;;) await Promise.resolve();
`;

Deno.test("Ctrl-C gives what there is, and again it kills", async () => {
  const directory = await Deno.makeTempDir({ prefix: "katachi-interrupt-" });
  try {
    const file = `${directory}/endless.ts`;
    await Deno.writeTextFile(file, endless);
    const config = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--config", config, file],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const lines = linesOf(child.stdout);
    assertEquals(await lines(), "running");
    child.kill("SIGINT");
    assertEquals(await lines(), "interrupted true true");
    child.kill("SIGINT");
    const { signal, success } = await child.status;
    assert(!success);
    assertEquals(signal, "SIGINT");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** Reads one line after the other. */
function linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): () => Promise<string> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return async () => {
    while (!text.includes("\n")) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += value;
    }
    const [line, ...rest] = text.split("\n");
    text = rest.join("\n");
    return line;
  };
}
