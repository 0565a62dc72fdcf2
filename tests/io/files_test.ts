/**
 * Files: weights come back as they were, and a file is there as a whole or not at all.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { random, zeros } from "@katachi/katachi";
import {
  FormatError,
  loadWeights,
  readSafetensors,
  saveWeights,
  writeFileAtomic,
} from "@katachi/katachi/io";
import { linear, sequential, tanh } from "@katachi/katachi/nn";
import { inFolder, namesIn } from "./folder.ts";
import { assertSameBits } from "./trees.ts";

Deno.test("a model's weights come back, from a path or a URL", () =>
  inFolder(async (folder) => {
    const model = sequential(linear.of(3, 5), tanh, linear.of(5, 2));
    const params = model.init(random.key(0));
    const path = `${folder}/a model %20.safetensors`;
    await saveWeights(path, params, { metadata: { epochs: "6" } });
    const url = new URL(`file://${encodeURI(folder)}/a%20model%20%2520.safetensors`);
    for (const place of [path, url]) {
      const loaded = await loadWeights(place, model.init(random.key(1)));
      assertSameBits(model.apply(loaded, zeros([4, 3])), model.apply(params, zeros([4, 3])));
      assertSameBits(loaded, params);
    }
    assertEquals((await readSafetensors(url)).metadata, { epochs: "6" });
    assertEquals(namesIn(folder), ["a model %20.safetensors"]);
  }));

Deno.test("errors name the file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/w.safetensors`;
    await saveWeights(path, { w: zeros([2]) });
    await assertRejects(
      () => loadWeights(path, { w: zeros([3]) }),
      FormatError,
      `${path}: loadInto: w: float32[3] expected, the file has float32[2]`,
    );
    await Deno.truncate(path, 70);
    await assertRejects(() => readSafetensors(path), FormatError, `${path}: safetensors: the data`);
    await assertRejects(() => readSafetensors(`${folder}/none`), Error, "none");
  }));

Deno.test("a write that fails leaves what was there, and no temporary file", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken/inside`, { recursive: true });
    await assertRejects(() => writeFileAtomic(`${folder}/taken`, new Uint8Array(9)), Error);
    assertEquals(namesIn(folder), ["taken"]);
    await assertRejects(
      () => writeFileAtomic(`${folder}/none/x`, new Uint8Array(9)),
      Error,
      "none",
    );
    assertEquals(namesIn(folder), ["taken"]);
  }));

Deno.test("whoever reads while files are written finds one as a whole", () =>
  inFolder(async (folder) => {
    const path = `${folder}/x`;
    const sizes = [1, 200_000, 3000, 1_000_000];
    const fileOf = (i: number) => new Uint8Array(sizes[i % 4]).fill(i);
    await writeFileAtomic(path, fileOf(0));
    let writing = true;
    const writers = [1, 2, 3].map(async (first) => {
      for (let i = first; i < 60; i += 3) await writeFileAtomic(path, fileOf(i));
    });
    const reader = (async () => {
      let reads = 0;
      for (; writing; reads++) {
        const bytes = await Deno.readFile(path);
        assertEquals(bytes.length, sizes[bytes[0] % 4]);
        assert(bytes.every((byte) => byte === bytes[0]));
      }
      return reads;
    })();
    await Promise.all(writers);
    writing = false;
    assert(await reader > 10);
    assertEquals(namesIn(folder), ["x"]);
  }));

Deno.test("bytes need no permission; where there are no files it is said", async () => {
  const code = `
    import { encodeSafetensors, parseSafetensors, saveWeights } from ${
    JSON.stringify(new URL("../../src/io/mod.ts", import.meta.url).href)
  };
    parseSafetensors(encodeSafetensors({}));
    globalThis.process = undefined;
    await saveWeights("x", {}).catch((error) => console.log(error.message));
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", "--ext=js", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(code));
  await writer.close();
  const { stdout, stderr } = await child.output();
  assertEquals(
    new TextDecoder().decode(stdout).trim(),
    "writeFileAtomic: there are no files here; Deno and Node have them",
    new TextDecoder().decode(stderr),
  );
});
