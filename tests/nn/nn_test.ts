/** Layers and losses against their formulas, at extremes too. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import {
  add,
  type AnyTensor,
  type Dim,
  DTypeError,
  grad,
  hessian,
  matmul,
  oneHot,
  random,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "@katachi/katachi";
import {
  linear,
  meanSquaredError,
  relu,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
} from "@katachi/katachi/nn";
import { checkGrads, GradientError } from "@katachi/katachi/testing";

Deno.test("linear: x W + b, typed from one layer to the next", () => {
  const params = linear.init(random.key(0), 3, 2);
  const x = random.normal(random.key(1), [4, 3]);
  const y = linear(params, x);
  assertType<IsExact<typeof y, Tensor<[4, 2], "float32">>>(true);
  assertEquals(y.toArray(), add(matmul(x, params.weight), params.bias).toArray());
  assertEquals([...linear(params, zeros([5, 4, 3])).shape], [5, 4, 2]);
  const dynamic = <B extends Dim>(x: Tensor<[B, 3]>): Tensor<[B, 2]> => relu(linear(params, x));
  assertEquals([...dynamic(x).shape], [4, 2]);
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => linear(params, zeros([4, 5])),
    ShapeError,
    "linear: inner dimensions differ: [4, 5] x [3, 2] (5 != 3)",
  );
});

Deno.test("linear.init: Glorot's bounds, and zeros", () => {
  const { weight, bias } = linear.init(random.key(0), 30, 20);
  const bound = Math.sqrt(6 / 50);
  assertEquals(weight.data.every((w) => Math.abs(w) <= bound), true);
  assertAlmostEquals(Math.max(...weight.data), bound, 0.02);
  assertEquals(bias.data.every((b) => b === 0), true);
});

const logit = fc.double({ min: -20, max: 20, noNaN: true });

Deno.test("sigmoidCrossEntropy: -t log s(z) - (1 - t) log(1 - s(z))", () => {
  fc.assert(fc.property(logit, fc.double({ min: 0, max: 1, noNaN: true }), (z, t) => {
    const found = sigmoidCrossEntropy(tensor([z], "float64"), tensor([t], "float64")).item();
    const s = 1 / (1 + Math.exp(-z));
    const other = 1 / (1 + Math.exp(z));
    assertAlmostEquals(found, -t * Math.log(s) - (1 - t) * Math.log(other), 1e-9);
  }));
  assertEquals(sigmoidCrossEntropy(tensor([-1000, 1000]), tensor([1, 1])).item(), 500);
});

Deno.test("sigmoidCrossEntropy: at logits of 0 it has the derivatives that it has around", () => {
  fc.assert(
    fc.property(fc.constantFrom(0, -0), fc.double({ min: 0, max: 1, noNaN: true }), (z, t) => {
      const loss = (z: Tensor<[], "float64">) => sigmoidCrossEntropy(z, tensor(t, "float64"));
      assertAlmostEquals(grad(loss)(tensor(z, "float64")).item(), 0.5 - t, 1e-12);
      assertAlmostEquals(hessian(loss)(tensor(z, "float64")).item(), 0.25, 1e-12);
    }),
  );
});

Deno.test("softmaxCrossEntropy: classes and one-hot rows agree", () => {
  fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), (seed, classes) => {
    const [k1, k2] = random.split(random.key(seed));
    const logits: Tensor = random.normal(k1, [5, classes]).mul(10);
    const targets: Tensor<readonly number[], "int32"> = random.randint(k2, [5], 0, classes);
    const byClass = softmaxCrossEntropy(logits, targets).item();
    const rows: Tensor = oneHot(targets, classes);
    assertAlmostEquals(byClass, softmaxCrossEntropy(logits, rows).item(), 1e-5);
    let expected = 0;
    for (const [i, row] of (logits.toArray() as number[][]).entries()) {
      const largest = Math.max(...row);
      const sum = row.reduce((s, z) => s + Math.exp(z - largest), 0);
      expected += (Math.log(sum) + largest - row[targets.data[i]]) / 5;
    }
    assertAlmostEquals(byClass, expected, 1e-4);
  }));
});

Deno.test("losses have the gradients of finite differences", () => {
  type Wide = Tensor<[4, 3], "float64">;
  const z = random.normal(random.key(0), [4, 3], { dtype: "float64" });
  const t = random.uniform(random.key(1), [4, 3], { dtype: "float64" });
  const classes = tensor([0, 2, 1, 1], "int32");
  checkGrads((z: Wide, t: Wide) => meanSquaredError(z, t), [z, t], { order: 2 });
  checkGrads((z: Wide, t: Wide) => sigmoidCrossEntropy(z, t), [z, t], { order: 2 });
  checkGrads((z: Wide, t: Wide) => softmaxCrossEntropy(z, t), [z, t], { order: 2 });
  checkGrads((z: Wide) => softmaxCrossEntropy(z, classes), [z], { order: 2 });
});

Deno.test("checkGrads finds a wrong gradient and says where", () => {
  // The value of x², with the gradient of 3x²: what is stopped is what is missing.
  const wrong = (x: AnyTensor) => x.mul(x).add(x.mul(x).mul(2)).sub(stopped(x).mul(2));
  const error = assertThrows(
    () => checkGrads(wrong, [tensor([[1, 2]], "float64") as AnyTensor]),
    GradientError,
  );
  assertEquals(error.message.startsWith("checkGrads: gradient by argument 0[0][0] at 1 is"), true);
});

function stopped(x: AnyTensor): AnyTensor {
  return tensor(x.toArray() as number[][], "float64").pow(2);
}

Deno.test("losses do not broadcast, and say which shapes differ", () => {
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => meanSquaredError(zeros([4, 1]), zeros([4])),
    ShapeError,
    "meanSquaredError: shapes differ: [4, 1] and [4]",
  );
  assertThrows(
    // @ts-expect-error the compiler says the same
    () => softmaxCrossEntropy(zeros([4, 3]), zeros([3], "int32")),
    ShapeError,
    "softmaxCrossEntropy: shapes differ: [4] and [3]",
  );
  assertThrows(
    () => softmaxCrossEntropy(zeros([4, 3]), zeros([4, 3], "bool")),
    DTypeError,
    "targets are bool",
  );
});

Deno.test("relu: the derivative at 0 is 0, and NaN stays NaN", () => {
  const slope = grad((x: Tensor<[3]>) => relu(x).sum())(tensor([-1, 0, 1]));
  assertEquals(slope.toArray(), [0, 0, 1]);
  assertEquals(Number.isNaN(relu(tensor(NaN)).item()), true);
});
