/** The careful functions at the points where they switch from one formula to another. */
import { assertAlmostEquals } from "@std/assert";
import { hessian, jacfwd, logAddExp, logSigmoid, logSumExp, softplus, stack } from "../../mod.ts";
import { grad, type Tensor, tensor } from "../../mod.ts";

type Scalar = Tensor<[], "float64">;

const smooth: Record<string, (x: Scalar) => Tensor<[], "float64">> = {
  "softplus(x)": (x) => softplus(x),
  "-logSigmoid(-x)": (x) => logSigmoid(x.neg()).neg(),
  "logAddExp(x, 0)": (x) => logAddExp(x, tensor(0, "float64")),
  "logAddExp(0, x)": (x) => logAddExp(tensor(0, "float64"), x),
  "logSumExp([x, 0])": (x) => logSumExp(stack([x, tensor(0, "float64")])),
};

for (const [name, f] of Object.entries(smooth)) {
  Deno.test(`${name}: log(1 + e^x) at 0 has the derivatives 1/2, 1/4 and 0`, () => {
    for (const zero of [0, -0]) {
      const x: Scalar = tensor(zero, "float64");
      assertAlmostEquals(f(x).item(), Math.log(2), 1e-15);
      assertAlmostEquals(grad(f)(x).item(), 1 / 2, 1e-15);
      assertAlmostEquals(hessian(f)(x).item(), 1 / 4, 1e-15);
      assertAlmostEquals(jacfwd(hessian(f))(x).item(), 0, 1e-15);
    }
  });
}
