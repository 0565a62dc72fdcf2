/**
 * A training that is killed twenty times, at any moment, ends with the very same bits as one that is not.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { fit, latestCheckpoint } from "@katachi/katachi/train";
import { options } from "./killed_training.ts";
import { assertSameState } from "./same_state.ts";

const script = new URL("./killed_training.ts", import.meta.url);

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

const isWriting = (folder: string) => namesIn(folder).some((name) => name.endsWith(".tmp"));

/** Until a file is being written, or a while is over. */
function writing(folder: string): void {
  const end = performance.now() + 100;
  while (!isWriting(folder) && performance.now() < end);
}

/**
 * Lets the training run in a process of its own, and kills it after so many steps and something else.
 * Tells whether it was killed, or came to its end before.
 */
async function live(
  folder: string,
  steps: number,
  then: () => void | Promise<void>,
): Promise<"killed" | "ended"> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--quiet",
      `--allow-read=${folder}`,
      `--allow-write=${folder}`,
      script.href,
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
    await then();
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

Deno.test("killed twenty times at any moment, even while it writes, a training ends with the same bits", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { state: first } = await fit({ ...options, epochs: 0 });
    let [kills, whileWriting] = [0, 0];
    while (kills < 20) {
      // Most at random moments, some while the process writes.
      const delay = Math.random() * 12;
      const later = () => new Promise<void>((resolve) => setTimeout(resolve, delay));
      const then = kills % 4 === 3 ? () => writing(folder) : later;
      assertEquals(await live(folder, 1 + kills % 5, then), "killed");
      kills++;
      if (isWriting(folder)) whileWriting++;
    }
    assert(whileWriting > 0, "no kill came while a file was written");
    const before = await latestCheckpoint(folder, first);
    assert(before !== undefined && before.progress.step < 360, "it was not killed on its way");
    assertEquals(await live(folder, Infinity, () => {}), "ended");

    const { state: unbroken } = await fit(options);
    const killed = await latestCheckpoint(folder, first);
    assertSameState(killed, unbroken);
    assertEquals(unbroken.progress.steps?.length, 360);
    assertEquals(namesIn(folder).sort(), [
      "best.safetensors",
      "step-00000359.safetensors",
      "step-00000360.safetensors",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
