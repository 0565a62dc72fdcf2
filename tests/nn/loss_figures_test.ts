/**
 * Losses against PyTorch's: values and gradients, in both float dtypes, with all options, at kinks, at
 * extremes, over nothing. Also against Keras's and optax's. `tools/oracle_losses.py` made the figures.
 */
import { assertEquals } from "@std/assert";
import {
  type AnyTensor,
  exp,
  type FloatDType,
  fromBuffer,
  grad,
  jit,
  type Shape,
  type Tensor,
  tensor,
  vmap,
} from "@katachi/katachi";
import * as nn from "@katachi/katachi/nn";
import { assertClose, type Figure, figures, flat, numbers } from "../fixtures/figures.ts";

interface Results {
  none: Figure;
  sum: Figure;
  mean: Figure;
  noneGradients?: Figure[];
  meanGradients?: Figure[];
}

interface Case extends Record<FloatDType, Results> {
  loss: string;
  name: string;
  options: Record<string, unknown>;
  by: number[];
  arguments: { float: boolean; shape: number[]; values: Figure }[];
}

type Options = Record<string, unknown>;
type Loss = (...args: (AnyTensor | Options)[]) => AnyTensor;

const library = nn as unknown as Record<string, Loss>;

function argument({ float, shape, values }: Case["arguments"][number], dtype: FloatDType) {
  const list = Float64Array.from(flat(numbers(values)));
  return fromBuffer(list, shape).astype(float ? dtype : "int32") as AnyTensor;
}

/** Options with lists as tensors. */
function optionsOf(options: Options): Options {
  return Object.fromEntries(
    Object.entries(options).map((
      [name, value],
    ) => [name, Array.isArray(value) ? tensor(value as number[], "float64") : value]),
  );
}

/** What the losses are pulled back by. */
function cotangent(size: number, shape: Shape): AnyTensor {
  return fromBuffer(Float64Array.from({ length: size }, (_, i) => (-1) ** i / (i + 1)), shape);
}

const tolerance = { float64: 1e-13, float32: 2e-6 };

function check(one: Case, dtype: FloatDType): void {
  const expected = one[dtype];
  const what = `${one.loss} ${one.name} ${JSON.stringify(one.options)} ${dtype}`;
  const loss = library[one.loss];
  const given = optionsOf(one.options);
  const args = one.arguments.map((a) => argument(a, dtype));
  const close = (found: AnyTensor, figure: Figure, part: string) => {
    assertEquals(found.dtype, dtype, what);
    assertClose(found.toArray(), numbers(figure), tolerance[dtype], `${what} ${part}`, 1);
  };
  const argnums = one.by as [number, ...number[]];
  for (const reduction of ["none", "mean", "sum"] as const) {
    const f: Loss = (...xs) => loss(...xs, { ...given, reduction });
    close(f(...args), expected[reduction], reduction);
    close(
      jit(f as never as (...xs: AnyTensor[]) => AnyTensor)(...args),
      expected[reduction],
      "jit",
    );
    const slopes = reduction === "sum" ? undefined : expected[`${reduction}Gradients`];
    if (!slopes) continue;
    const total = (...xs: AnyTensor[]) => {
      const y = f(...xs);
      return reduction === "mean" ? y : y.mul(cotangent(y.size, y.shape).astype(dtype)).sum();
    };
    const slope = grad(total as (...xs: AnyTensor[]) => Tensor<[]>, { argnums });
    for (const apply of [slope, jit(slope as never) as typeof slope]) {
      (apply(...args) as AnyTensor[]).forEach((g, i) => close(g, slopes[i], `${reduction} slope`));
    }
  }
}

for (const file of ["losses", "row_losses", "ctc"]) {
  const { cases } = await figures<{ cases: Case[] }>(file);
  for (const name of new Set(cases.map((one) => one.loss))) {
    Deno.test(`${name}: PyTorch's values and gradients`, () => {
      for (const one of cases) {
        if (one.loss !== name) continue;
        check(one, "float64");
        check(one, "float32");
      }
    });
  }

  Deno.test(`${file}: vmap gives what each example gives`, () => {
    for (const one of cases.filter((one) => one.name !== "empty")) {
      const args = one.arguments.map((a) => argument(a, "float64"));
      const options = { ...optionsOf(one.options), reduction: "sum" };
      const f = (...xs: AnyTensor[]) => library[one.loss](...xs, options);
      const twice = args.map((x) => x.reshape([1, ...x.shape]) as AnyTensor);
      const both = vmap(f as never) as unknown as typeof f;
      assertClose(both(...twice).toArray(), [f(...args).item()], 1e-13, one.loss, 1);
    }
  });
}

type Names<T extends string> = Record<T, Figure>;

const elsewhere = await figures<{
  inputs: Record<string, Figure>;
  keras: Names<
    | "meanSquaredError"
    | "meanAbsoluteError"
    | "huber"
    | "logCosh"
    | "hinge"
    | "squaredHinge"
    | "binary"
    | "categorical"
    | "sparse"
    | "poisson"
    | "kl"
    | "cosine"
  >;
  optax: Names<"huber" | "logCosh" | "hinge" | "binary" | "softmax" | "kl" | "cosine" | "ctc">;
}>("losses_elsewhere");

const input = (name: string) => tensor(numbers(elsewhere.inputs[name]) as number[][], "float64");
const [p, t, signs, halves, q, x, counts] = ["p", "t", "signs", "halves", "q", "x", "counts"].map(
  input,
);
const labels = tensor(numbers(elsewhere.inputs.labels) as number[], "int32");
const none = { reduction: "none" } as const;

Deno.test("losses are Keras's, which takes means over the last axis", () => {
  const elements = {
    meanSquaredError: nn.meanSquaredError(p, t, none),
    meanAbsoluteError: nn.meanAbsoluteError(p, t, none),
    huber: nn.huberLoss(p, t, { ...none, delta: 0.75 }),
    logCosh: nn.logCoshLoss(p, t, none),
    hinge: nn.hingeLoss(p, signs, none),
    squaredHinge: nn.squaredHingeLoss(p, signs, none),
    binary: nn.sigmoidCrossEntropy(p, halves, { ...none, labelSmoothing: 0.2 }),
  };
  const rows = {
    categorical: nn.softmaxCrossEntropy(p, labels, { ...none, labelSmoothing: 0.2 }),
    sparse: nn.softmaxCrossEntropy(p, labels, none),
  };
  const { keras } = elsewhere;
  for (const [name, found] of Object.entries(elements)) {
    // Keras takes these means in float32.
    assertClose(found.mean(-1).toArray(), numbers(keras[name as "hinge"]), 1e-6, name);
  }
  for (const [name, found] of Object.entries(rows)) {
    assertClose(found.toArray(), numbers(keras[name as "hinge"]), 1e-12, name);
  }
  // Keras adds 1e-7 to rates and probabilities.
  const poisson = nn.poissonLoss(exp(p), counts, { ...none, logInput: false, eps: 1e-7 });
  assertClose(poisson.mean(-1).toArray(), numbers(keras.poisson), 1e-6, "poisson");
  assertClose(nn.klDivergence(x, q, none).toArray(), numbers(keras.kl), 1e-5, "kl");
  const cosine = nn.cosineSimilarityLoss(p, t, none).sub(1);
  assertClose(cosine.toArray(), numbers(keras.cosine), 1e-12, "cosine");
});

Deno.test("losses are optax's", () => {
  const spelled = tensor(numbers(elsewhere.inputs.spelled) as number[][], "int32");
  const sequences = tensor(numbers(elsewhere.inputs.sequences) as number[][][], "float64");
  const lengths = [tensor([7, 5, 7, 7], "int32"), tensor([3, 3, 2, 1], "int32")] as const;
  const found: Record<string, AnyTensor> = {
    huber: nn.huberLoss(p, t, { ...none, delta: 0.75 }),
    logCosh: nn.logCoshLoss(p, t, none),
    hinge: nn.hingeLoss(p, signs, none),
    binary: nn.sigmoidCrossEntropy(p, halves, none),
    softmax: nn.softmaxCrossEntropy(p, q, none),
    kl: nn.klDivergence(x, q, none),
    cosine: nn.cosineSimilarityLoss(p, t, none),
    ctc: nn.ctcLoss(sequences, spelled, ...lengths, none),
  };
  for (const [name, losses] of Object.entries(found)) {
    assertClose(losses.toArray(), numbers(elsewhere.optax[name as "kl"]), 1e-11, name);
  }
});
