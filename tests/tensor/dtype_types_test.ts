/** The dtype in a type is the dtype that is there: it is never guessed from what is wanted. */
import { assertEquals } from "@std/assert";
import { checkPrograms, project } from "../shape/check.ts";

const refused = [
  "export const a: Tensor<[], 'int32'> = tensor(1);",
  "export const b: Tensor<[2], 'bool'> = tensor([1, 0]);",
  "export const c: Tensor<[2], 'float64'> = zeros([2]);",
  "export const d: Tensor<[2], 'float64'> = zerosLike(ones([2]));",
  "export const e: Tensor<[2], 'float64'> = full([2], 1);",
  "export const f: Tensor<[2], 'int32'> = arange(2);",
  "export const g: Tensor<[2], 'float64'> = linspace(0, 1, 2);",
  "export const h: Tensor<[2], 'float64'> = logspace(0, 1, 2);",
  "export const i: Tensor<[2], 'float64'> = geomspace(1, 2, 2);",
  "export const j: Tensor<[2, 2], 'int32'> = eye(2);",
  "export const k: Tensor<[2, 3], 'int32'> = oneHot(tensor([0, 1], 'int32'), 3);",
  "export const l: Tensor<[2], 'float64'> = random.uniform(key, [2]);",
  "export const m: Tensor<[2], 'float64'> = random.normal(key, [2]);",
  "export const n: Tensor<[2], 'float64'> = random.truncatedNormal(key, -1, 1, [2]);",
  "export const o: Tensor<[2], 'uint32'> = random.randint(key, [2], 0, 3);",
  "export const p: LinearParams<2, 3, 'float64'> = linear.init(key, 2, 3);",
  "cond(tensor(1), (x: Tensor<[]>) => x, (x) => x, ones([]));",
  "take(ones([3]), tensor([0, 1]));",
];

Deno.test("the compiler refuses a dtype that a tensor does not have", async () => {
  const names =
    "arange, cond, eye, full, geomspace, linspace, logspace, oneHot, ones, random, take, tensor, zeros, zerosLike";
  const head = [
    `import { ${names}, type Tensor } from ${project("mod.ts")};`,
    `import { linear, type LinearParams } from ${project("src/nn/mod.ts")};`,
    "const key = random.key(0);",
    "export const right: Tensor<[2], 'int32'> = zeros([2], 'int32');",
    "export const also: Tensor<[2]> = tensor([1, 2]);",
  ];
  const complaints = (await checkPrograms([{ name: "dtypes", head, lines: refused }])).get(
    "dtypes",
  );
  assertEquals(complaints?.map(({ line }) => line), refused);
});
