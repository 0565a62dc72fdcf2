/** Figures from lectures and papers, to the last digits given. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  add,
  exp,
  grad,
  matmul,
  neg,
  sin,
  type Tensor,
  tensor,
  valueAndGrad,
} from "@katachi/katachi";
import { applyUpdates, sgd } from "@katachi/katachi/optim";

type Scalar = Tensor<[], "float64">;
const at = (x: number): Scalar => tensor(x, "float64");

Deno.test("the derivative of x^2 + 4x + 3 at 2 is 8", () => {
  assertEquals(grad((x: Scalar) => x.mul(x).add(x.mul(4)).add(3))(at(2)).item(), 8);
});

Deno.test("the derivative of sin((x + 2) + (1 + e^(x^2))) at 2", () => {
  const f = (x: Scalar) => sin(add(add(x, 2), add(1, exp(x.mul(x)))));
  assertAlmostEquals(grad(f)(at(2)).item(), -218.46255913, 5e-9);
});

Deno.test("the gradient of a quadratic form at (1, 2) is (10, 8)", () => {
  const a = tensor([[1, 2], [2, 1]], "float64");
  const f = (x: Tensor<[2], "float64">) => matmul(x, matmul(a, x));
  assertEquals(grad(f)(tensor([1, 2], "float64")).toArray(), [10, 8]);
});

/** Where gradient descent is after so many steps. */
function descend(f: (x: Scalar) => Scalar, start: number, rate: number, steps: number): number {
  const optimizer = sgd(rate);
  let x = at(start);
  let state = optimizer.init(x);
  for (let step = 0; step < steps; step++) {
    const [updates, next] = optimizer.update(grad(f)(x), state, x);
    x = applyUpdates(x, updates);
    state = next;
  }
  return x.item();
}

const valley = (x: Scalar): Scalar => x.mul(x).add(exp(neg(x)));

Deno.test("gradient descent on x^2 + e^-x from 3 with rate 0.0005", () => {
  assertAlmostEquals(descend(valley, 3, 0.0005, 1), 2.997024893534184, 1e-14);
  assertAlmostEquals(descend(valley, 3, 0.0005, 1001), 1.1617489280037716, 1e-14);
  assertAlmostEquals(descend(valley, 3, 0.0005, 9001), 0.3517515401706734, 1e-14);
  assertAlmostEquals(descend(valley, 3, 0.0005, 10001), 0.3517383210080008, 1e-14);
});

Deno.test("gradient descent on x^2 + e^-x from 3 with rate 0.01", () => {
  assertAlmostEquals(descend(valley, 3, 0.01, 1), 2.9404978706836786, 1e-14);
});

Deno.test("gradient descent on x^2 from 3 with rate 0.1", () => {
  const bowl = (x: Scalar): Scalar => x.mul(x);
  assertAlmostEquals(descend(bowl, 3, 0.1, 1), 2.4, 1e-14);
  assertAlmostEquals(descend(bowl, 3, 0.1, 2), 1.92, 1e-14);
  assertAlmostEquals(descend(bowl, 3, 0.1, 3), 1.536, 1e-14);
});

Deno.test("valueAndGrad gives both", () => {
  const [value, gradient] = valueAndGrad(valley)(at(0));
  assertEquals([value.item(), gradient.item()], [1, -1]);
});
