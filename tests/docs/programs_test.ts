/** The documentation: its programs give and print what it says. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { claimsOf, examplesOf, type Program, programsOf, run } from "./programs.ts";

const root = new URL("../../", import.meta.url);

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sourcesIn(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

/** Runs the programs of a file; how many values they state. */
async function runAll(t: Deno.TestContext, file: string, programs: readonly Program[]) {
  for (const program of programs) {
    await t.step(`${file}:${program.line}`, () => run(program));
  }
  return programs.reduce((sum, program) => sum + claimsOf(program), 0);
}

for (const page of ["README.md", "docs/transforms.md"]) {
  Deno.test(`${page}: the values in comments and the printed texts are true`, async (t) => {
    assert(await runAll(t, page, programsOf(await Deno.readTextFile(new URL(page, root)))) > 0);
  });
}

Deno.test("the examples in doc comments: the values in comments are true", async (t) => {
  let claims = 0;
  for await (const file of sourcesIn("src")) {
    claims += await runAll(t, file, examplesOf(await Deno.readTextFile(new URL(file, root))));
  }
  assert(claims > 250, `${claims} values`);
});

Deno.test("a value that is not true is found", async () => {
  const page = (code: string, text: string) =>
    "```ts\n" + code + "\n```\n\n```text\n" + text + "\n```\n";
  const [lies] = programsOf(page("[1, 2]; // [1, 3]", ""));
  assertEquals(claimsOf(lies), 1);
  await assertRejects(() => run(lies));
  const [prints] = programsOf(page("console.log(1);", "2"));
  await assertRejects(() => run(prints));
  const [words] = programsOf(page("[1, 2]; // 1 and 2", ""));
  assertEquals(claimsOf(words), 0);
});
