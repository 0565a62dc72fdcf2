/** The pages of the documentation: their programs give and print what they say. */
import { assert } from "@std/assert";
import { claimsOf, programsOf, run } from "./programs.ts";

const root = new URL("../../", import.meta.url);
const pages = ["README.md", "docs/transforms.md"];

for (const name of pages) {
  Deno.test(`${name}: the values in comments and the printed texts are true`, async (t) => {
    const programs = programsOf(await Deno.readTextFile(new URL(name, root)));
    for (const program of programs) {
      await t.step(`${name}:${program.line}`, () => run(program));
    }
    assert(programs.reduce((sum, program) => sum + claimsOf(program), 0) > 0);
  });
}
