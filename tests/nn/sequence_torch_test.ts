/**
 * Recurrent layers, attention and positions against PyTorch: values and gradients, in float64 eagerly
 * and in float32 compiled.
 */
import { assertEquals } from "@std/assert";
import {
  add,
  type AnyTensor,
  astype,
  concat,
  type DType,
  fromBuffer,
  jit,
  mul,
  reshape,
  split,
  stack,
  sum,
  tensor,
  transpose,
  valueAndGrad,
} from "@katachi/katachi";
import * as nn from "@katachi/katachi/nn";
import { assertClose, type Figure, figures, numbers } from "../fixtures/figures.ts";

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly Figure[];
}

interface Case {
  readonly name: string;
  readonly options: Record<string, never>;
  readonly inputs: Record<string, Numbers>;
  readonly masks: Record<string, Numbers>;
  readonly outputs: Record<string, Numbers>;
  readonly cotangents: Record<string, Numbers>;
  readonly gradients: Record<string, readonly Figure[]>;
}

type Tensors = Record<string, AnyTensor>;

// Types are not known from a file.
// deno-lint-ignore no-explicit-any
const { multiHeadAttention, rotary, scaledDotProductAttention, ...layers } = nn as any;

/** PyTorch's parameters of a layer, with `suffix` as in `weight_ih_l0_reverse`. */
function recurrentParams(inputs: Tensors, suffix: string): Tensors {
  const hidden = inputs[`weight_hh_${suffix}`].shape;
  const [size, gates] = [hidden[1], hidden[0] / hidden[1]];
  const divided = gates === 1 ? [size] : [gates, size];
  const weight = (name: string) => {
    const w: AnyTensor = transpose(inputs[`weight_${name}_${suffix}`]);
    return reshape(w, [w.shape[0], ...divided]);
  };
  const bias = (name: string) => reshape(inputs[`bias_${name}_${suffix}`], divided);
  return {
    weightIh: weight("ih"),
    weightHh: weight("hh"),
    ...(`bias_ih_${suffix}` in inputs ? { biasIh: bias("ih"), biasHh: bias("hh") } : {}),
  };
}

function recurrent(
  inputs: Tensors,
  masks: Tensors,
  { kind, ...options }: Case["options"],
): Tensors {
  let y = inputs.x;
  const [h, c]: AnyTensor[][] = [[], []];
  for (let layer = 0; `weight_ih_l${layer}` in inputs; layer++) {
    const sides = ["", "_reverse"].filter((side) => `weight_ih_l${layer}${side}` in inputs);
    y = concat(
      sides.map((side, i) => {
        const at = (name: string) => inputs[name]?.slice([i] as never) as AnyTensor;
        const given = kind === "lstm" ? { h: at("h0"), c: at("c0") } : at("h0");
        const [outputs, last] = layers[kind](
          recurrentParams(inputs, `l${layer}${side}`),
          y,
          "h0" in inputs ? given : undefined,
          { ...options as object, ...masks, reverse: side === "_reverse" },
        );
        h.push(last.h ?? last);
        if (kind === "lstm") c.push(last.c);
        return outputs;
      }),
      -1,
    );
  }
  return { y, h: stack(h), ...(kind === "lstm" ? { c: stack(c) } : {}) };
}

function heads(inputs: Tensors, { seen, present }: Tensors): Tensors {
  const { query, key = query, value = key } = inputs;
  const rows: AnyTensor[] = "in_proj_weight" in inputs
    ? split(inputs.in_proj_weight, 3)
    : ["q", "k", "v"].map((name) => inputs[`${name}_proj_weight`]);
  const biases: AnyTensor[] | undefined = inputs.in_proj_bias && split(inputs.in_proj_bias, 3);
  const [q, k, v] = rows.map((row, i) => {
    const weight: AnyTensor = transpose(row);
    const bias = biases && { bias: reshape(biases[i], [2, 2]) };
    return { weight: reshape(weight, [weight.shape[0], 2, 2]), ...bias };
  });
  const weight = reshape(transpose(inputs["out_proj.weight"]), [2, 2, 4]);
  const bias = inputs["out_proj.bias"];
  const output = { weight, ...(bias ? { bias } : {}) };
  const mask = seen ?? (present && reshape(present, [present.shape[0], 1, 1, -1]));
  const params = { query: q, key: k, value: v, output };
  return { y: multiHeadAttention(params, query, key, value, { mask }) };
}

function run(inputs: Tensors, masks: Tensors, options: Case["options"]): Tensors {
  const { kind, ...rest } = options as unknown as { kind: string; positions?: number[] };
  switch (kind) {
    case "product": {
      const { q, k, v, bias } = inputs;
      return { y: scaledDotProductAttention(q, k, v, { mask: bias, ...masks, ...rest }) };
    }
    case "heads":
      return heads(inputs, masks);
    case "rotary": {
      const positions = tensor(rest.positions!, "float64");
      return { y: rotary(inputs.x, { ...rest, positions }) };
    }
    default:
      return recurrent(inputs, masks, options);
  }
}

function made({ shape, data }: Numbers, dtype: DType): AnyTensor {
  const values = Float64Array.from(data.map((x) => numbers(x) as number));
  return astype(fromBuffer(values, shape), dtype);
}

const all = (numbers: Record<string, Numbers>, dtype: DType): Tensors =>
  Object.fromEntries(Object.entries(numbers).map(([name, x]) => [name, made(x, dtype)]));

for (const file of ["recurrent", "attention"]) {
  const { cases } = await figures<{ cases: readonly Case[] }>(file);
  Deno.test(`${file}: as in PyTorch`, async (t) => {
    for (const c of cases) {
      await t.step(c.name, () => {
        for (const [dtype, tolerance] of [["float64", 1e-13], ["float32", 2e-5]] as const) {
          // Softmax over scores of 10,000, with derivatives as large: beyond float32.
          if (dtype === "float32" && c.name.includes("extreme")) continue;
          const cotangents = all(c.cotangents, dtype);
          const masks = all(c.masks, "bool");
          const loss = (inputs: Tensors) => {
            const outputs = run(inputs, masks, c.options);
            const parts = Object.entries(outputs).map(([k, y]) => sum(mul(y, cotangents[k])));
            return [parts.reduce((a, b) => add(a, b) as never), outputs] as never;
          };
          // deno-lint-ignore no-explicit-any
          const both: any = valueAndGrad(loss as never, { hasAux: true } as never);
          const f = dtype === "float64" ? both : jit(both);
          const [[, outputs], gradients] = f(all(c.inputs, dtype));
          assertEquals(Object.keys(outputs), Object.keys(c.outputs));
          for (const [name, { shape, data }] of Object.entries(c.outputs)) {
            assertEquals([outputs[name].shape, outputs[name].dtype], [shape, dtype]);
            assertClose([...outputs[name].data], data, tolerance, `${dtype}: ${name}`, 1);
          }
          for (const [name, expected] of Object.entries(c.gradients)) {
            const found = [...gradients[name].data];
            assertClose(found, expected, tolerance, `${dtype}: gradient by ${name}`, 1);
          }
        }
      });
    }
  });
}
