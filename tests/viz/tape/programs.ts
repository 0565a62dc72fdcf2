/** Random small functions, made of steps that read any earlier values. */
import fc from "fast-check";
import { less, maximum, type Tensor, where } from "@katachi/katachi";

type Scalar = Tensor<[]>;

/** Steps whose values and derivatives stay of moderate size. */
const steps: readonly ((a: Scalar, b: Scalar) => Scalar)[] = [
  (a) => a.sin(),
  (a) => a.cos(),
  (a) => a.tanh(),
  (a) => a.tanh().exp(),
  (a) => a.tanh().square(),
  (a) => a.tanh().pow(3),
  (a) => a.square().add(1).sqrt(),
  (a) => a.neg(),
  (a) => a.add(2),
  (a) => a.mul(-0.5),
  (a, b) => a.add(b),
  (a, b) => a.sub(b),
  (a, b) => a.tanh().mul(b.tanh()),
  (a, b) => a.div(b.square().add(1)),
  (a, b) => maximum(a, b.sin()),
  (a, b) => where(less(a, b), a.mul(3), b.cos()),
];

/** A function of two scalars. */
export const functions: fc.Arbitrary<(x: Scalar, y: Scalar) => Scalar> = fc
  .array(
    fc.record({
      step: fc.constantFrom(...steps),
      a: fc.nat(6),
      b: fc.nat(6),
    }),
    { minLength: 1, maxLength: 7 },
  ).map((program) => {
    const f = (x: Scalar, y: Scalar): Scalar => {
      const values = [y, x];
      for (const { step, a, b } of program) {
        const [left, right] = [a, b].map((at) => values[values.length - 1 - at % values.length]);
        values.push(step(left, right));
      }
      return values[values.length - 1];
    };
    return f;
  });
