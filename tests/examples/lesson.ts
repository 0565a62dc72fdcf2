/** Runs a lesson of the course as a user does, with the permissions it asks for. */
import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

/** What a lesson printed, and the figures in it: its lines `name = value`. */
export interface Lesson {
  readonly output: string;
  readonly figure: (name: string) => number;
}

/** Runs `examples/FILE --quick` in a process of its own. */
export async function lesson(
  file: string,
  { permissions = [], args = [] }: { permissions?: string[]; args?: string[] } = {},
): Promise<Lesson> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, `examples/${file}`, "--quick", ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert(success, decode(stderr));
  assertEquals(decode(stderr), "");
  const output = decode(stdout);
  const figures = new Map(
    Array.from(output.matchAll(/^(.+?) = (\S+)$/gm), ([, name, value]) => [name, Number(value)]),
  );
  return {
    output,
    figure: (name) => {
      const value = figures.get(name);
      assert(
        value !== undefined,
        `${file} prints no figure ${name}; it prints ${[...figures.keys()]}`,
      );
      return value;
    },
  };
}
