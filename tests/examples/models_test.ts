/**
 * The models in examples/models: the logits and gradients of PyTorch with the same weights.
 */
import { assert, assertEquals } from "@std/assert";
import {
  type AnyTensor,
  type DType,
  fromBuffer,
  jit,
  random,
  reshape,
  type Shape,
  valueAndGrad,
} from "@katachi/katachi";
import { softmaxCrossEntropy } from "@katachi/katachi/nn";
import { init, predict } from "../../examples/models/gpt.ts";
import { reader } from "../../examples/models/lstm.ts";
import { resnet18 } from "../../examples/models/resnet.ts";
import { vgg } from "../../examples/models/vgg.ts";
import { flattenTree } from "../../src/tensor/tree.ts";
import { figures } from "../fixtures/figures.ts";

interface Case {
  readonly name: string;
  readonly loss: number;
  readonly logits: readonly number[];
  readonly gradients: readonly { readonly norm: number; readonly some: readonly number[] }[];
}

/** Numbers from 0 to below 1, as in `tools/oracle_models.py`. */
function uniform(seed: number, length: number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length }, (_, at) => {
    let h = (Math.imul(at + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    return ((h ^ (h >>> 16)) >>> 8) / 2 ** 24;
  });
}

const sizeOf = (shape: Shape) => shape.reduce((size, dim) => size * dim, 1);

function signed(seed: number, shape: Shape, dtype: DType): AnyTensor {
  const data = uniform(seed, sizeOf(shape)).map((u) => 2 * u - 1);
  return fromBuffer(data, shape as number[]).astype(dtype) as AnyTensor;
}

function whole(seed: number, below: number, shape: Shape): AnyTensor {
  const data = Int32Array.from(uniform(seed, sizeOf(shape)), (u) => Math.floor(u * below));
  return fromBuffer(data, shape as number[]) as AnyTensor;
}

/** Parameters of the same form; those that scale what has been normalized are near 1. */
function filled<P>(params: P, dtype: DType): P {
  const { leaves, structure } = flattenTree(params, "filled", "the parameters");
  return structure.build(leaves.map(({ shape }, i) => {
    const size = sizeOf(shape);
    const scale = shape.length === 1 && structure.paths[i].endsWith("weight");
    const limit = shape.length > 1 ? 1.5 / size ** 0.25 : 0.1;
    const data = uniform(100 + i, size).map((u) => (2 * u - 1) * limit + Number(scale));
    return fromBuffer(data, shape as number[]).astype(dtype);
  })) as P;
}

/** A model's parameters, and its logits from them; labels. */
interface Model {
  readonly params: unknown;
  readonly logits: (params: never, dtype: DType) => AnyTensor;
  readonly labels: AnyTensor;
}

const key = random.key(0);
const images = (n: number, dtype: DType) => signed(1, [n, 3, 32, 32], dtype) as never;
const models: Record<string, Model> = {
  resnet: {
    params: resnet18.init(key),
    logits: (params, dtype) =>
      resnet18.train(params, images(2, dtype), {
        key,
        state: resnet18.initState(),
      })[0] as AnyTensor,
    labels: whole(2, 10, [2]),
  },
  vgg: {
    params: vgg.init(key),
    logits: (params, dtype) => vgg.apply(params, images(4, dtype)) as AnyTensor,
    labels: whole(2, 10, [4]),
  },
  lstm: {
    params: reader.init(key),
    logits: (params) => reader.apply(params, whole(1, 1000, [3, 12]) as never) as AnyTensor,
    labels: whole(2, 2, [3]),
  },
  gpt: {
    params: init(key),
    logits: (params) =>
      reshape(predict(params, whole(1, 256, [2, 64]) as never), [128, 256]) as AnyTensor,
    labels: whole(2, 256, [2, 64]).reshape([128] as never) as AnyTensor,
  },
};

const { cases } = await figures<{ cases: readonly Case[] }>("models");

/** The largest difference, relative to the largest of what is expected. */
function difference(found: readonly number[], expected: readonly number[]): number {
  assertEquals(found.length, expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...found.map((x, i) => Math.abs(x - expected[i]))) / scale;
}

for (const { name, ...expected } of cases) {
  for (const dtype of ["float32", "float64"] as const) {
    Deno.test(`${name}, ${dtype}: PyTorch's logits and gradients`, () => {
      const { params, logits, labels } = models[name];
      const loss = (params: unknown) => {
        const found = logits(params as never, dtype);
        return [softmaxCrossEntropy(found as never, labels as never), found] as const;
      };
      const step = jit((params: unknown) =>
        valueAndGrad(loss as never, { hasAux: true })(params as never)
      ) as unknown as (params: unknown) => [[AnyTensor, AnyTensor], unknown];
      const [[value, found], gradients] = step(filled(params, dtype));
      const every = Math.max(1, Math.floor(found.size / 40));
      const some = [...found.data].map(Number).filter((_, i) => i % every === 0);
      const { leaves } = flattenTree(gradients, name, "the gradients");
      assertEquals(leaves.length, expected.gradients.length);
      // Some gradients are nothing but rounding: a softmax does not see what all keys have in common.
      const floor = 1e-3 * Math.max(...expected.gradients.map(({ norm }) => norm));
      const differences = leaves.map(({ data, size }, i) => {
        const { norm, some } = expected.gradients[i];
        const own = Math.sqrt(Array.from(data, (x) => Number(x) ** 2).reduce((a, b) => a + b, 0));
        const picked = some.map((_, k) => Number(data[Math.floor(k * size / 4)]));
        const least = Math.max(norm, floor) / Math.sqrt(size);
        return Math.max(
          Math.abs(own - norm) / Math.max(norm, floor),
          ...picked.map((x, k) => Math.abs(x - some[k]) / Math.max(Math.abs(some[k]), least)),
        );
      });
      const largest = {
        loss: Math.abs(Number(value.item()) - expected.loss) / expected.loss,
        logits: difference(some, expected.logits),
        gradients: Math.max(...differences),
      };
      console.log(name, dtype, largest);
      const tolerance = dtype === "float64" ? 1e-7 : 1e-4;
      assert(Object.values(largest).every((x) => x < tolerance), JSON.stringify(largest));
    });
  }
}

for (const name of ["resnet", "vgg", "lstm", "gpt"]) {
  Deno.test(`${name}.ts: needs no permission, and its loss falls`, async () => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", `examples/models/${name}.ts`],
      cwd: new URL("../../", import.meta.url),
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assert(success);
    const output = new TextDecoder().decode(stdout);
    const losses = Array.from(output.matchAll(/loss (\S+)/g), ([, loss]) => Number(loss));
    assert(losses.length >= 3 && losses.at(-1)! < losses[0], `the losses ${losses}`);
    if (name !== "gpt") assert(/total .*\nparameters [\d,]+ \(/.test(output), output);
  });
}
