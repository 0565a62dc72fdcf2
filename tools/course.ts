/**
 * Runs the lessons of the course in full, draws their pictures anew, and says how long each took.
 *
 * ```sh
 * deno task docs:course         # all of them
 * deno task docs:course 05 13   # some
 * ```
 */
const root = new URL("../", import.meta.url);
const pictures = "docs/course";

const lessons = Array.from(Deno.readDirSync(new URL("examples/", root)), ({ name }) => name)
  .filter((name) => /^\d\d_.*\.ts$/.test(name))
  .filter((name) => Deno.args.length === 0 || Deno.args.includes(name.slice(0, 2)))
  .sort();

for (const lesson of lessons) {
  const started = performance.now();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      `--allow-write=${pictures}`,
      `examples/${lesson}`,
      "--pictures",
      pictures,
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    console.error(new TextDecoder().decode(stderr));
    Deno.exit(1);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`${lesson.padEnd(32)} ${seconds.toFixed(1).padStart(5)} s`);
}
