/**
 * What the lessons share: how they show pictures and the figures they are about.
 *
 * Every lesson takes `--quick` (less of everything, for a first look and for the tests), and
 * `--pictures DIR` (its pictures as SVG files in `DIR`, with the permission `--allow-write=DIR`).
 */
import type { Picture } from "@katachi/katachi/viz";

/** Whether less of everything is asked for. */
export const quick: boolean = Deno.args.includes("--quick");

const lesson = new URL(Deno.mainModule).pathname.match(/([^/]+)\.ts$/)?.[1] ?? "lesson";

/** What follows an option on the command line. */
export function option(name: string): string | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Deno.args[at + 1];
}

/** The heading of a part. */
export function heading(text: string): void {
  console.log(`\n${text}\n${"─".repeat(text.length)}`);
}

/** Prints a figure that the lesson is about, as `name = value`. */
export function figure(name: string, value: number): void {
  console.log(`${name} = ${Number(value.toPrecision(4))}`);
}

/** Prints a picture, and writes its SVG where pictures are asked for. */
export async function show(name: string, picture: Picture): Promise<void> {
  const colors = Deno.stdout.isTerminal() && !Deno.noColor;
  console.log(`\n${picture.text({ colors })}`);
  const dir = option("pictures");
  if (dir !== undefined) {
    await Deno.writeTextFile(`${dir}/${lesson}-${name}.svg`, await picture.svg());
  }
}
