/** On a terminal a runtime would ask for each permission: training needs none. */
import { assertEquals } from "@std/assert";

/** Large enough for several threads. */
const training = `
import { random } from "@katachi/katachi";
import { linear, meanSquaredError } from "@katachi/katachi/nn";
import { adam } from "@katachi/katachi/optim";
import { fit, supervised } from "@katachi/katachi/train";

const model = linear.of(256, 128);
await fit({
  loss: supervised(model, meanSquaredError),
  params: model.init(random.key(0)),
  optimizer: adam(0.01),
  data: { x: random.normal(random.key(1), [256, 256]), y: random.normal(random.key(2), [256, 128]) },
  epochs: 3,
  key: random.key(3),
});
`;

Deno.test("training asks for no permission", async () => {
  const directory = await Deno.makeTempDir({ prefix: "katachi-permissions-" });
  try {
    assertEquals(await asked(directory, training), []);
    assertEquals(await asked(directory, "try { Deno.env.toObject(); } catch { /* no */ }"), [
      "env",
    ]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** The permissions that a program asks for. */
async function asked(directory: string, program: string): Promise<string[]> {
  const [file, audit] = [`${directory}/program.ts`, `${directory}/audit.jsonl`];
  await Deno.writeTextFile(file, program);
  const config = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", "--config", config, file],
    env: { DENO_AUDIT_PERMISSIONS: audit },
    stdout: "null",
    stderr: "inherit",
  }).output();
  assertEquals(success, true);
  const text = await Deno.readTextFile(audit).catch(() => "");
  return text.trim().split("\n").filter((line) => line !== "").map((line) =>
    JSON.parse(line).permission
  );
}
