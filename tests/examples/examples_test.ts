/** The examples as a user runs them: in a process of their own, with the permissions they ask for. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

async function run(file: string, permissions: string[], ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...permissions, `examples/${file}`, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert(success, decode(stderr));
  assertEquals(decode(stderr), "");
  return decode(stdout);
}

Deno.test("xor.ts: needs no permission, and learns from each of 20 seeds", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const lines = (await run("xor.ts", [], "--seed", String(seed))).trim().split("\n");
    assertEquals(lines.at(-1), "accuracy 4/4", `seed ${seed}`);
    const losses = lines.flatMap((line) => Number(line.match(/loss (\S+)/)?.[1] ?? []));
    assert(losses.length >= 5 && losses[0] > 10 * losses.at(-1)!, `the losses ${losses}`);
  }
});

Deno.test("newton.ts: needs no permission, and is at the minimum within six steps", async () => {
  for (const seed of [0, 1, 2, 3]) {
    const output = await run("newton.ts", [], "--seed", String(seed));
    const slopes = Array.from(output.matchAll(/slope (\S+)/g), ([, slope]) => Number(slope));
    assert(slopes.length === 7 && slopes[6] < 1e-4, `seed ${seed}: the slopes ${slopes}`);
    assert(Number(output.match(/accuracy (\d+)\/200/)?.[1]) > 170, output);
  }
});

Deno.test("pendulum.ts: needs no permission, and finds length and damping", async () => {
  const output = await run("pendulum.ts", []);
  const [, length, damping] = output.match(/step 100: .* length (\S+), damping (\S+)/) ?? [];
  assertAlmostEquals(Number(length), 2, 0.02);
  assertAlmostEquals(Number(damping), 0.3, 0.03);
  assertEquals(output.trimEnd().split("\n").length, 6 + 25);
});
