import { assert, assertEquals } from "@std/assert";
import { lesson } from "./lesson.ts";

const mnist = new URL("../../../shared/data/mnist/", import.meta.url).pathname.replace(/\/$/, "");
const present = await Deno.stat(mnist).then(() => true, () => false);
if (!present) console.log("lessons 15 and 16 on MNIST are not tested: no ../shared/data/mnist");
const real = { permissions: [`--allow-read=${mnist}`], args: ["--data", mnist] };

Deno.test("15_digits.ts: the network beats the linear reader, which beats the nearest mean", async () => {
  const { figure } = await lesson("15_digits.ts");
  const [mean, linear, network] = ["nearest mean picture", "linear reader", "network"].map((name) =>
    figure(`mistakes of the ${name}`)
  );
  assert(mean > 1.5 * linear && linear > 1.4 * network, `mistakes: ${[mean, linear, network]}`);
  assertEquals(network, Math.round((1 - figure("test accuracy")) * figure("digits to test on")));
  assert(figure("test accuracy") > 0.955);
  assert(figure("accuracy on the training digits") > figure("test accuracy"));
  assert(figure("share of the whole loss that these 12 have") > 0.25);
  assert(
    figure("change of a weight in the middle") > 1.1 * figure("change of a weight outside it"),
  );
});

Deno.test({
  name: "15_digits.ts: reads real handwriting, with the permission to read its folder",
  ignore: !present,
  fn: async () => {
    const { figure } = await lesson("15_digits.ts", {
      ...real,
      args: [...real.args, "--epochs", "10"],
    });
    assertEquals(figure("digits to learn from"), 8000);
    assertEquals(figure("digits to test on"), 2000);
    assert(figure("test accuracy") >= 0.965, `${figure("test accuracy")}`);
    assert(figure("accuracy of the linear reader") < 0.95);
  },
});
