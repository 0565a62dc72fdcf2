/** Activation functions: PyTorch's figures, their properties, their types, transformations. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  type AnyTensor,
  type Dim,
  fromBuffer,
  grad,
  hessian,
  jit,
  mul,
  ones,
  random,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@katachi/katachi";
import * as nn from "@katachi/katachi/nn";
import { checkGrads } from "@katachi/katachi/testing";
import { sequential } from "../../src/nn/sequential.ts";
import { assertClose, type Figure, figures, flat, numbers } from "../fixtures/figures.ts";

type Elementwise = (x: AnyTensor, ...rest: unknown[]) => AnyTensor;

const named = (name: string): Elementwise =>
  (nn as unknown as Readonly<Record<string, Elementwise>>)[name];

const tensorOf = (figure: Figure, shape: readonly number[], dtype: "float32" | "float64") =>
  fromBuffer(
    dtype === "float64"
      ? Float64Array.from(flat(numbers(figure)))
      : Float32Array.from(flat(numbers(figure))),
    shape,
  ) as AnyTensor;

const gradient = (f: (x: AnyTensor) => AnyTensor, x: AnyTensor, cotangent?: AnyTensor): AnyTensor =>
  grad((y: AnyTensor) => sum(cotangent === undefined ? f(y) : mul(f(y), cotangent)))(x);

interface Figures {
  readonly elementwise: readonly {
    readonly dtype: "float32" | "float64";
    readonly x: Figure;
    readonly cases: readonly {
      readonly name: string;
      readonly arguments: readonly unknown[];
      readonly value: Figure;
      readonly gradient: Figure;
    }[];
  }[];
  readonly alongAxes: readonly {
    readonly name: string;
    readonly axis: number;
    readonly shape: readonly number[];
    readonly x: Figure;
    readonly value: Figure;
    readonly cotangent: Figure;
    readonly gradient: Figure;
  }[];
  readonly prelu: readonly {
    readonly shape: readonly number[];
    readonly x: Figure;
    readonly weight: Figure;
    readonly value: Figure;
    readonly cotangent: Figure;
    readonly gradient: readonly [Figure, Figure];
  }[];
}

const { elementwise, alongAxes, prelu } = await figures<Figures>("activations");

for (const { dtype, x, cases } of elementwise) {
  Deno.test(`activations in ${dtype} are PyTorch's, at extremes too`, () => {
    // Near 0 by the rounding errors of 1: PyTorch's own formulas are no better there.
    const [tolerance, floor] = dtype === "float64" ? [4e-15, 1] : [1e-6, 1];
    const at = flat(x);
    const points = tensorOf(x, [at.length], dtype);
    for (const one of cases) {
      const f = (y: AnyTensor) => named(one.name)(y, ...one.arguments);
      const what = `${one.name}(${one.arguments.map((a) => JSON.stringify(a))})`;
      assertEquals(f(points).dtype, dtype);
      // sin(30 x) of large numbers is as exact as 30 x is.
      const loose = one.name === "sine" ? 1e3 : 1;
      const close = (a: AnyTensor, b: Figure, what: string) =>
        assertClose([...a.data], numbers(b), tolerance * loose, what, floor);
      close(f(points), one.value, what);
      close(jit(f)(points), one.value, `jit of ${what}`);
      // There is no derivative at NaN. At 0 leakyRelu has the other slope, as JAX has it.
      const slopes = flat(one.gradient)
        .map((slope, i) => one.name === "leakyRelu" && at[i] === 0 ? 1 : slope);
      const known = (values: readonly number[]) => values.filter((_, i) => !Number.isNaN(at[i]));
      assertClose(
        known([...gradient(f, points).data]),
        known(slopes),
        tolerance * loose,
        `gradient of ${what}`,
        floor,
      );
    }
  });
}

Deno.test("softmax and the gated units are PyTorch's along any axis", () => {
  for (const { name, axis, shape, x, value, cotangent, gradient: expected } of alongAxes) {
    const f = (y: AnyTensor) => named(name)(y, axis);
    const points = tensorOf(x, shape, "float64");
    const y = f(points);
    const what = `${name} of [${shape}] along ${axis}`;
    assertClose([...y.data], numbers(value), 1e-14, what, 1);
    const weights = tensorOf(cotangent, y.shape, "float64");
    assertClose(
      [...gradient(f, points, weights).data],
      numbers(expected),
      1e-14,
      `gradient of ${what}`,
      1,
    );
    assertClose([...jit(f)(points).data], [...y.data], 1e-15, `jit of ${what}`, 1);
  }
});

Deno.test("prelu is PyTorch's but at 0, by input and by weight", () => {
  for (const { shape, x, weight, value, cotangent, gradient: expected } of prelu) {
    const points = tensorOf(x, shape, "float64");
    const params = { weight: tensorOf(weight, [flat(weight).length], "float64") as Tensor<[1]> };
    const apply = (params: nn.PreluParams<1>, x: AnyTensor): AnyTensor =>
      nn.prelu(params, x as Tensor);
    const weights = tensorOf(cotangent, shape, "float64");
    const loss = (p: nn.PreluParams<1>, x: AnyTensor) => sum(mul(apply(p, x), weights));
    const what = `prelu of [${shape}] with ${params.weight.shape[0]}`;
    assertClose([...apply(params, points).data], numbers(value), 1e-15, what);
    const byInput = grad(loss, { argnums: 1 })(params, points) as AnyTensor;
    // At 0 it has the other slope, as leakyRelu.
    const slopes = flat(expected[0]).map((slope, i) =>
      points.data[i] === 0 ? weights.data[i] : slope
    );
    assertClose([...byInput.data], slopes, 1e-15, `${what} by input`);
    const byWeight = grad(loss)(params, points).weight;
    assertClose([...byWeight.data], flat(numbers(expected[1])), 1e-13, `${what} by weight`);
  }
});

const all: Readonly<Record<string, Elementwise>> = {
  ...Object.fromEntries(
    // deno-fmt-ignore
    ["celu", "elu", "gelu", "hardSigmoid", "hardTanh", "identity", "leakyRelu", "logSigmoid", "mish",
      "relu", "relu6", "selu", "sigmoid", "silu", "sine", "softplus", "softsign", "step", "tanh"]
      .map((name) => [name, named(name)]),
  ),
  "gelu with tanh": (x) => nn.gelu(x, { approximate: true }),
};

const smooth = [
  "gelu",
  "gelu with tanh",
  "mish",
  "sigmoid",
  "silu",
  "sine",
  "softplus",
  "softsign",
  "tanh",
];

Deno.test("activations: NaN stays NaN, and finite numbers have finite values and gradients", () => {
  const extreme = [0, -0, 1e4, -1e4, 1e30, -1e30, 3e38, -3e38, 1e-30, -1e-30, 1e-45];
  for (const [name, f] of Object.entries(all)) {
    for (const dtype of ["float32", "float64"] as const) {
      const largest = dtype === "float64" ? [1e200, -1e200] : [];
      const x = tensorOf([...extreme, ...largest], [extreme.length + largest.length], dtype);
      // 30 x of the largest float32 is none.
      const at = name === "sine" ? mul(x, 1e-2) : x;
      assert([...f(at).data, ...gradient(f, at).data].every(Number.isFinite), `${name} ${dtype}`);
      assert(Number.isNaN(f(tensor([NaN], dtype)).data[0]), `${name} of NaN in ${dtype}`);
    }
  }
});

Deno.test("activations: the gradients of finite differences, twice where they are smooth", () => {
  // Away from the corners, which are at whole numbers.
  const x = tensor([-4.3, -2.4, -0.6, 0.4, 1.7, 3.3, 6.6], "float64");
  for (const [name, f] of Object.entries(all)) {
    if (name === "step") continue;
    const g = (x: AnyTensor) => name === "sine" ? nn.sine(x, 1.5) : f(x);
    checkGrads(g, [x as AnyTensor], { order: smooth.includes(name) ? 2 : 1 });
  }
  assertEquals([...gradient(nn.step, x).data], x.toArray().map(() => 0));
});

Deno.test("activations: smooth ones have second derivatives at 0", () => {
  const expected: Record<string, number> = {
    "gelu": 2 / Math.sqrt(2 * Math.PI),
    "gelu with tanh": 2 / Math.sqrt(2 * Math.PI),
    "mish": 0.64,
    "sigmoid": 0,
    "silu": 0.5,
    "sine": 0,
    "softplus": 0.25,
    "tanh": 0,
  };
  for (const [name, value] of Object.entries(expected)) {
    const second = hessian((x: AnyTensor) => all[name](x))(tensor(0, "float64") as AnyTensor);
    assertClose([(second as AnyTensor).item()], [value], 1e-14, name, 1);
  }
});

const number = fc.double({ min: -50, max: 50, noNaN: true });

const valueAt = (name: string, x: number): number => all[name](tensor([x], "float64")).data[0];

Deno.test("activations: bounds", () => {
  const bounds: Readonly<Record<string, readonly [low: number, high: number]>> = {
    celu: [-1, Infinity],
    elu: [-1, Infinity],
    gelu: [-0.17, Infinity],
    "gelu with tanh": [-0.171, Infinity],
    hardSigmoid: [0, 1],
    hardTanh: [-1, 1],
    logSigmoid: [-Infinity, 0],
    mish: [-0.309, Infinity],
    relu: [0, Infinity],
    relu6: [0, 6],
    selu: [-1.7581, Infinity],
    sigmoid: [0, 1],
    silu: [-0.2785, Infinity],
    sine: [-1, 1],
    softplus: [0, Infinity],
    softsign: [-1, 1],
    step: [0, 1],
    tanh: [-1, 1],
  };
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(bounds)), number, (name, x) => {
      const [low, high] = bounds[name];
      const y = valueAt(name, x);
      assert(low <= y && y <= high, `${name}(${x}) = ${y}`);
    }),
    { numRuns: 400 },
  );
});

Deno.test("activations: those that rise, rise", () => {
  const wavy = ["gelu", "gelu with tanh", "mish", "silu", "sine"];
  const rising = Object.keys(all).filter((name) => !wavy.includes(name));
  fc.assert(
    fc.property(fc.constantFrom(...rising), number, number, (name, a, b) => {
      const [low, high] = [valueAt(name, Math.min(a, b)), valueAt(name, Math.max(a, b))];
      assert(low <= high + 1e-15 * Math.abs(high), `${name}: ${low} at less, ${high} at more`);
    }),
    { numRuns: 400 },
  );
});

Deno.test("activations: symmetries", () => {
  const close = (name: string, actual: number, expected: number) =>
    assertClose([actual], [expected], 1e-14, name, 1);
  fc.assert(fc.property(number, (x) => {
    for (const odd of ["hardTanh", "identity", "sine", "softsign", "tanh"]) {
      assertEquals(valueAt(odd, -x), -valueAt(odd, x) + 0 * x, odd);
    }
    for (const half of ["hardSigmoid", "sigmoid"]) {
      close(half, valueAt(half, -x), 1 - valueAt(half, x));
    }
    // x Φ(x) - (-x) Φ(-x) = x, and so on.
    for (const gate of ["gelu", "gelu with tanh", "relu", "silu", "softplus"]) {
      close(gate, valueAt(gate, x) - valueAt(gate, -x), x);
    }
    close("logSigmoid", valueAt("logSigmoid", x), -valueAt("softplus", -x));
    close("relu and step", valueAt("relu", x), x * valueAt("step", x));
    close("celu with 1 is elu", valueAt("celu", x), valueAt("elu", x));
  }));
});

Deno.test("gated units: the value times the activation of the gate", () => {
  const x = random.normal(random.key(0), [3, 6, 2], { dtype: "float64" });
  const pairs = [
    [nn.glu, nn.sigmoid],
    [nn.reglu, nn.relu],
    [nn.geglu, nn.gelu],
    [nn.swiglu, nn.silu],
  ] as const;
  for (const [unit, activation] of pairs) {
    const [a, b] = [x.slice([null, [0, 3]]), x.slice([null, [3, 6]])];
    assertEquals(unit(x, 1).toArray(), mul(a, activation(b)).toArray());
    checkGrads((x: Tensor<[3, 6, 2], "float64">) => unit(x, -2), [x]);
  }
});

Deno.test("activations: vmap is the loop", () => {
  const x = random.normal(random.key(1), [3, 4, 6], { dtype: "float64" }) as AnyTensor;
  const units = { glu: nn.glu, reglu: nn.reglu, geglu: nn.geglu, swiglu: nn.swiglu };
  const others = { softmax: nn.softmax, logSoftmax: nn.logSoftmax, prelu: slopes };
  for (const [name, f] of Object.entries({ ...all, ...units, ...others })) {
    const apply = f as Elementwise;
    const whole = vmap(apply as (x: AnyTensor) => AnyTensor)(x);
    for (const i of [0, 1, 2]) {
      const one = apply(x.slice([i]) as AnyTensor);
      assertClose((whole as AnyTensor).slice([i]).toArray(), one.toArray(), 1e-14, name);
    }
  }
});

const slopes = (x: AnyTensor): AnyTensor =>
  nn.prelu({ weight: tensor([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "float64") }, x as never);

Deno.test("activations: integers become floats, but stay where the function has whole values", () => {
  const x = tensor([-2, 0, 7], "int32");
  const kept = [nn.identity(x), nn.relu(x), nn.relu6(x)];
  assertEquals(kept.map((y) => y.dtype), ["int32", "int32", "int32"]);
  assertEquals(kept.map((y) => y.toArray()), [[-2, 0, 7], [0, 0, 7], [0, 0, 6]]);
  const leaky = nn.leakyRelu(x, 0.5);
  assertType<IsExact<typeof leaky, Tensor<[3], "float32">>>(true);
  assertEquals([leaky.dtype as string, leaky.toArray()], ["float32", [-1, 0, 7]]);
  for (const name of ["elu", "hardSigmoid", "hardTanh", "mish", "sine", "softsign", "step"]) {
    assertEquals(named(name)(x as AnyTensor).dtype, "float32", name);
  }
});

Deno.test("activations in a sequence: shapes typed from one to the next", () => {
  const model = sequential(
    nn.relu,
    nn.glu.of(),
    nn.prelu.of(3),
    nn.gelu,
    nn.swiglu.of(0),
    (x) => nn.leakyRelu(x, 0.2),
    nn.softmax,
  );
  const params = model.init(random.key(0));
  const y = model.apply(params, ones([4, 6]));
  assertType<IsExact<typeof y, Tensor<[2, 3], "float32">>>(true);
  assertEquals([...y.shape], [2, 3]);
  assertEquals(params[2].weight.toArray(), [0.25, 0.25, 0.25]);
  assertThrows(
    // @ts-expect-error apply: layer 1: glu: axis 1 of [4, 5] does not divide into 2 parts
    () => model.apply(params, ones([4, 5])),
    ShapeError,
    "glu: axis 1 of [4, 5] does not divide into 2 parts",
  );
  assertThrows(
    // @ts-expect-error apply: layer 2: prelu: channels differ: input [4, 4] has 4, weight [3] wants 3
    () => model.apply(params, ones([4, 8])),
    ShapeError,
    "prelu: channels differ: input [4, 4] has 4, weight [3] wants 3",
  );
});

Deno.test("gated units and prelu: typed for any batch, and mistakes are one line", () => {
  const half = <B extends Dim>(x: Tensor<[B, 8]>): Tensor<[B, 4]> => nn.swiglu(x);
  assertEquals([...half(ones([5, 8])).shape], [5, 4]);
  const channels = <B extends Dim>(x: Tensor<[B, 8]>): Tensor<[B, 8]> =>
    nn.prelu(nn.prelu.init(random.key(0), 8), x);
  assertEquals([...channels(ones([5, 8])).shape], [5, 8]);
  const double = nn.prelu.init(random.key(0), 2, { init: 0.5, dtype: "float64" });
  assertType<IsExact<typeof double.weight, Tensor<[2], "float64">>>(true);
  assertEquals(double.weight.toArray(), [0.5, 0.5]);
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => nn.glu(zeros([3, 4]), 0),
    ShapeError,
    "glu: axis 0 of [3, 4] does not divide into 2 parts",
  );
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => nn.geglu(zeros([4]), 1),
    ShapeError,
    "geglu: axis 1 is out of range for [4]",
  );
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => nn.prelu({ weight: zeros([3]) }, zeros([3])),
    ShapeError,
    "prelu: input [3] has no channels, weight [3] wants 3",
  );
});
