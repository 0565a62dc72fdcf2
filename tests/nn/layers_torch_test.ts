/** Layers against PyTorch: values, gradients and states, in both dtypes, eagerly and compiled. */
import { assertEquals } from "@std/assert";
import {
  type AnyTensor,
  type DType,
  fromBuffer,
  jit,
  stopGradient,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "@katachi/katachi";
import * as nn from "@katachi/katachi/nn";
import { assertClose, figures } from "../fixtures/figures.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Found {
  readonly output: readonly number[];
  readonly gradients: Record<string, readonly number[]>;
  readonly mean?: readonly number[];
  readonly variance?: readonly number[];
}

interface Case {
  readonly name: string;
  readonly options: Record<string, never>;
  readonly inputs: Record<string, Numbers>;
  readonly integers: Record<string, never>;
  readonly cotangent: Numbers;
  readonly float32: Found;
  readonly float64: Found;
}

type Inputs = Record<string, AnyTensor>;
type Run = (inputs: Inputs, c: Case) => readonly [AnyTensor, AnyTensor?, AnyTensor?];

/** What PyTorch's functions are here. The layers' types are not known from a file. */
const runs: Record<string, Run> = {
  linear: ({ x, ...params }) => [nn.linear(params as never, x as never)],
  bilinear: ({ x, y, ...params }) => [nn.bilinear(params as never, x as never, y as never)],
  embedding: (params, { integers }) => [
    nn.embedding(params as never, tensor(integers.ids, "int32") as never),
  ],
  layerNorm: ({ x, ...params }, { options }) => [
    nn.layerNorm(params as never, x as never, options),
  ],
  rmsNorm: ({ x, ...params }, { options }) => [nn.rmsNorm(params as never, x as never, options)],
  instanceNorm: ({ x, ...params }, { options }) => [
    nn.instanceNorm(params, x as never, options),
  ],
  groupNorm: ({ x, ...params }, { options }) => [
    nn.groupNorm(params, x as never, options.groups, options),
  ],
  batchNorm: ({ x, mean, variance, ...params }, { options }) => {
    const state = { mean, variance } as never;
    if (!options.training) {
      return [nn.batchNorm(params, x as never, state, options), mean, variance];
    }
    const [y, next] = nn.batchNorm.train(params, x as never, state, options);
    return [y, next.mean, next.variance];
  },
};

const of = ({ shape, data }: Numbers, dtype: DType): AnyTensor =>
  fromBuffer(Float64Array.from(data), shape).astype(dtype);

for (const file of ["layers", "norms"]) {
  const { cases } = await figures<{ cases: readonly Case[] }>(file);
  for (const name of new Set(cases.map((c) => c.name))) {
    Deno.test(`${name}: PyTorch's values and gradients`, () => {
      for (const c of cases.filter((c) => c.name === name)) {
        check(c, "float32", 2e-6);
        check(c, "float64", 1e-14);
      }
    });
  }
}

function check(c: Case, dtype: "float32" | "float64", tolerance: number): void {
  const inputs: Inputs = Object.fromEntries(
    Object.entries(c.inputs).map(([key, numbers]) => [key, of(numbers, dtype)]),
  );
  const cotangent = of(c.cotangent, dtype);
  const loss = (inputs: Inputs): [Tensor<[], DType>, readonly (AnyTensor | undefined)[]] => {
    const outputs = runs[c.name](inputs, c);
    return [sum(outputs[0].mul(cotangent)), outputs.map((y) => y && stopGradient(y))];
  };
  const what = `${c.name} ${JSON.stringify(c.options)} of ${JSON.stringify(c.inputs)} in ${dtype}`;
  // Relative to the largest number, since small ones are differences of others.
  const same = (found: AnyTensor, expected: readonly number[], part: string) => {
    const largest = Math.max(1e-3, ...expected.map(Math.abs));
    assertClose([...found.data], expected, tolerance, `${part}: ${what}`, largest);
  };
  const step = valueAndGrad(loss as never, { hasAux: true }) as unknown as (
    inputs: Inputs,
  ) => [[AnyTensor, AnyTensor[]], Inputs];
  for (const f of [step, jit(step)]) {
    const [[, [output, mean, variance]], gradients] = f(inputs);
    assertEquals(output.dtype, dtype);
    assertEquals([...output.shape], c.cotangent.shape);
    const expected = c[dtype];
    same(output, expected.output, "output");
    if (mean !== undefined) same(mean, expected.mean!, "mean");
    if (variance !== undefined) same(variance, expected.variance!, "variance");
    for (const [key, gradient] of Object.entries(expected.gradients)) {
      same(gradients[key], gradient, `gradient of ${key}`);
    }
  }
}
