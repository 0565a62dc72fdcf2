/** The table of primitives is complete and up to date. */
import { assert, assertEquals } from "@std/assert";
import "../../tools/all_primitives.ts";
import { primitives } from "../../src/tape/primitive.ts";
import { file, opTable } from "../../tools/op_table.ts";

const listed = primitives().map(({ name }) => name);

Deno.test("docs/primitives.md is what the declarations say; if not: deno task docs:primitives", () => {
  assertEquals(opTable(), Deno.readTextFileSync(file));
});

Deno.test("the page names every primitive once, with its summary", () => {
  const rows = opTable().split("\n").filter((line) => line.startsWith("| `"));
  assertEquals(rows.map((row) => row.split("`")[1]).sort(), [...listed].sort());
  for (const { name, summary } of primitives()) {
    const row = rows.find((row) => row.startsWith(`| \`${name}\``))!;
    assert(row.includes(summary.replaceAll("|", "\\|")), name);
  }
});

Deno.test("tools/all_primitives.ts imports every module that declares a primitive", async () => {
  const modules = (folder: URL): URL[] =>
    [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
      isDirectory
        ? modules(new URL(`${name}/`, folder))
        : name.endsWith(".ts")
        ? [new URL(name, folder)]
        : []
    );
  const found = modules(new URL("../../src/", import.meta.url));
  assert(found.length > 50);
  for (const { href } of found) await import(href);
  assertEquals(primitives().map(({ name }) => name), listed);
});
