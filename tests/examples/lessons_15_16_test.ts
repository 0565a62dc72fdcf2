import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Lesson, lesson } from "./lesson.ts";

const mnist = new URL("../../../shared/data/mnist/", import.meta.url).pathname.replace(/\/$/, "");
const present = await Deno.stat(mnist).then(() => true, () => false);
if (!present) console.log("lessons 15 and 16 on MNIST are not tested: no ../shared/data/mnist");
const real = { permissions: [`--allow-read=${mnist}`], args: ["--data", mnist] };

let run: Promise<Lesson> | undefined;
/** Lesson 16, which runs once for all tests of it. */
const convolution = () => run ??= lesson("16_convolution.ts");

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

Deno.test("16_convolution.ts: filters answer as by hand, and the same wherever the digit is", async () => {
  const { figure } = await convolution();
  assert(figure("by hand - conv2d, at most") < 1e-5);
  assertEquals(figure("answer of the first to a ramp of 1 a pixel"), 8);
  assertEquals(figure("answer of the second"), 0);
  assertEquals(figure("answers to the moved digit - moved answers, at most"), 0);
});

Deno.test("16_convolution.ts: sizes are those of the lecture", async () => {
  const { figure, output } = await convolution();
  const sizes = ["[1, 16, 23, 23]", "[1, 32, 18, 18]", "[1, 32, 9, 9]", "[1, 2592]", "[1, 128]"];
  for (const size of sizes) assertStringIncludes(output, size);
  assertEquals(figure("weights of the 16 filters of the first layer"), 592);
  assertEquals(figure("weights of a linear layer from 28 x 28 to 16 x 23 x 23"), 6_644_000); // 6,644,240
  assertEquals(figure("pixels that it sees"), 11 * 11);
});

Deno.test("16_convolution.ts: learns filters, and reads moved digits better than without", async () => {
  const { figure } = await convolution();
  assert(figure("test accuracy") > 0.95);
  assert(
    figure("accuracy with filters, moved by 3") > figure("accuracy without, moved by 3") + 0.05,
  );
  assert(figure("test accuracy") > figure("accuracy with filters, moved by 3") + 0.1);
  assert(Math.abs(figure("likeness of neighbours in the first filters")) < 0.15);
  assert(
    figure("likeness of neighbours in the learned filters") >
      figure("likeness of neighbours in the first filters") + 0.1,
  );
});

Deno.test("16_convolution.ts: weights come back from a file to the last bit", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/digits.safetensors`;
  const saved = await lesson("16_convolution.ts", {
    permissions: [`--allow-read=${dir}`, `--allow-write=${dir}`],
    args: ["--save", path, "--epochs", "1"],
  });
  const { size } = await Deno.stat(path);
  await Deno.remove(dir, { recursive: true });
  assert(size > 4 * 352_250 && size < 4 * 352_250 + 2000, `${size} bytes`);
  for (const { figure } of [saved, await convolution()]) {
    assertEquals(figure("difference of the logits by the loaded weights"), 0);
    assert(figure("difference of the logits by the weights it is loaded into") > 0.1);
  }
});
