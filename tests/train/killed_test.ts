/**
 * A training that is killed twenty times, at any moment, ends with the very same bits as one that is not.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { checkpoints, fit, latestCheckpoint, type Progress } from "@katachi/katachi/train";
import { assertSameBits } from "../io/trees.ts";
import { options } from "./killed_training.ts";

const script = new URL("./killed_training.ts", import.meta.url);

/**
 * Lets the training run in a process of its own, and kills it some milliseconds after some step. Tells
 * whether it was killed, or came to its end before.
 */
async function live(folder: string, steps: number, delay: number): Promise<"killed" | "ended"> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--quiet",
      `--allow-read=${folder}`,
      `--allow-write=${folder}`,
      script.pathname,
      folder,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  let killed = false;
  const errors = new Response(child.stderr).text();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (killed || output.length < steps) continue;
    await new Promise((resolve) => setTimeout(resolve, delay));
    killed = true;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }
  const { success } = await child.status;
  assert(success || killed, await errors);
  await errors;
  return success ? "ended" : "killed";
}

/** A history in which nothing depends on the clock. */
function timeless(progress: Progress): unknown {
  return JSON.parse(
    JSON.stringify(progress, (name, value) => name === "seconds" ? undefined : value),
  );
}

Deno.test("killed twenty times at any moment, even while it writes, a training ends with the same bits", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const names = () => [...Deno.readDirSync(folder)].map(({ name }) => name);
    const { state: first } = await fit({ ...options, epochs: 0 });
    let [kills, whileWriting] = [0, 0];
    while (kills < 20) {
      const end = await live(folder, 1 + kills % 5, Math.random() * 12);
      assertEquals(end, "killed");
      kills++;
      if (names().some((name) => name.endsWith(".tmp"))) whileWriting++;
    }
    assert(whileWriting > 0, "no kill came while a file was written");
    const before = await latestCheckpoint(folder, first);
    assert(before !== undefined && before.progress.step < 192, "it was not killed on its way");
    assertEquals(await live(folder, Infinity, 0), "ended");

    const { state: unbroken } = await fit(options);
    const killed = await latestCheckpoint(folder, first);
    assert(killed !== undefined);
    const { progress: killedProgress, ...killedTensors } = killed;
    const { progress, ...tensors } = unbroken;
    assertSameBits(killedTensors, tensors);
    assertEquals(timeless(killedProgress), timeless(progress));
    assertEquals(progress.steps?.length, 192);
    assertEquals(names().sort(), [
      "best.safetensors",
      "step-00000191.safetensors",
      "step-00000192.safetensors",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
