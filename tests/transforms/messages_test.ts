/** What the compiler says where a function cannot be differentiated, or a loss would broadcast. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkPrograms, project } from "../shape/check.ts";

const refused: Record<string, string> = {
  "grad((x: Tensor<[3]>) => x.mul(2))": "grad: the function must return a scalar, got [3]",
  "valueAndGrad((x: Tensor<[2, 3]>) => x.sum(0))":
    "valueAndGrad: the function must return a scalar, got [3]",
  "hvp((x: Tensor<[3]>) => x.mul(2), zeros([3]), zeros([3]))":
    "hvp: the function must return a scalar, got [3]",
  "grad((x: Tensor<[3]>) => x.shape.length)": "grad: the function must return a scalar tensor",
  "grad((x: Tensor<[3]>) => x.sum(), { hasAux: true })":
    "grad: with hasAux the function must return [loss, aux]",
  "meanSquaredError(zeros([4, 1]), zeros([4]))": "meanSquaredError: shapes differ: [4, 1] and [4]",
  "softmaxCrossEntropy(zeros([4, 3]), zeros([3], 'int32'))":
    "softmaxCrossEntropy: shapes differ: [4] and [3]",
  "linear(linear.init(random.key(0), 3, 2), zeros([4, 5]))":
    "linear: inner dimensions differ: [4, 5] x [3, 2] (5 != 3)",
};

Deno.test("the compiler says in words what is wrong with a loss", async (t) => {
  const head = [
    `import { grad, hvp, random, type Tensor, valueAndGrad, zeros } from ${project("mod.ts")};`,
    `import { linear, meanSquaredError, softmaxCrossEntropy } from ${project("src/nn/mod.ts")};`,
    `export const used = [grad, hvp, linear, meanSquaredError, random, softmaxCrossEntropy, valueAndGrad, zeros];`,
    `export type Used = Tensor;`,
  ];
  const lines = Object.keys(refused).map((line, i) => `export const result${i} = ${line};`);
  const complaints = (await checkPrograms([{ name: "losses", head, lines }])).get("losses")!;
  assertEquals(complaints.map(({ line }) => line), lines);
  for (const [i, [line, message]] of Object.entries(refused).entries()) {
    await t.step(line, () => assertStringIncludes(complaints[i].message, `"${message}"`));
  }
});
