/** The course's page: its lessons, pictures and excerpts are those that there are. */
import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const page = await Deno.readTextFile(new URL("docs/course.md", root));
const sections = page.split(/^(?=## )/m).slice(1);
const namesIn = (folder: string) =>
  Array.from(Deno.readDirSync(new URL(folder, root)), ({ name }) => name).sort();
const lessons = namesIn("examples/").filter((name) => /^\d\d_.*\.ts$/.test(name));

Deno.test("the course has a section for each lesson, in order, with its command", () => {
  assertEquals(lessons.length, 22);
  assertEquals(sections.length, lessons.length);
  for (const [i, section] of sections.entries()) {
    assert(section.startsWith(`## ${lessons[i].slice(0, 2)}. `), section.slice(0, 40));
    assert(section.includes(`deno run examples/${lessons[i]}`), lessons[i]);
    assert(section.includes("**What you should see:**"), lessons[i]);
  }
});

Deno.test("the course shows each picture that there is", () => {
  const shown = Array.from(page.matchAll(/\]\(course\/([^)]+)\)/g), ([, name]) => name);
  assertEquals([...new Set(shown)].sort(), namesIn("docs/course/"));
});

Deno.test("what the course quotes stands in the lesson, line by line", async () => {
  const bare = (code: string) =>
    code.replace(/\/\/.*$/gm, "").replace(/\s+/g, "").replace(/,(?=[)\]}])/g, "");
  const odd: string[] = [];
  for (const [i, section] of sections.entries()) {
    const lesson = bare(await Deno.readTextFile(new URL(`examples/${lessons[i]}`, root)));
    for (const [, code] of section.matchAll(/^```ts ignore\n([^]*?)^```/gm)) {
      for (const line of code.split("\n")) {
        if (!lesson.includes(bare(line).replace(/,$/, ""))) odd.push(`${lessons[i]}: ${line}`);
      }
    }
  }
  assertEquals(odd, []);
});
