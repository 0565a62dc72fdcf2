/**
 * The laws of transformations, over random programs under random compositions of them.
 */
import { assert } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  checkpoint,
  fromBuffer,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  linearize,
  stack,
  tanh,
  vjp,
  vmap,
} from "@katachi/katachi";
import { assertClose } from "../fixtures/figures.ts";
import { type Pair, pairs, type Program, type Vector } from "./programs.ts";

const values = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), {
  minLength: 3,
  maxLength: 3,
});

/** Holds a law for random programs at random points. */
function law(
  name: string,
  holds: (pair: Pair, x: Vector, v: Vector) => void,
  { runs = 40 }: { readonly runs?: number } = {},
): void {
  Deno.test(name, () => {
    fc.assert(
      fc.property(pairs, values, values, (pair, x, v) => {
        holds(pair, vector(x, pair.size), vector(v, pair.size));
      }),
      { numRuns: runs },
    );
  });
}

function vector(values: readonly number[], size: number): Vector {
  // Away from zero, where a step has a kink in its second derivative.
  const apart = values.map((x) => Math.abs(x) < 0.05 ? x + 0.1 : x);
  return fromBuffer(Float64Array.from(apart.slice(0, size)), [size]);
}

function close(actual: AnyTensor, expected: AnyTensor, what: string, tolerance = 1e-9): void {
  assert(
    actual.shape.join() === expected.shape.join(),
    `${what}: [${actual.shape}] and [${expected.shape}]`,
  );
  assertClose([...actual.data], [...expected.data], tolerance, what, 1);
}

const loss = (f: Program) => (x: Vector) => tanh(f(x)).sum();

law("a program gives what JavaScript's own loops and branches give", ({ real, plain, text }, x) => {
  close(real(x), plain(x), text);
});

law("its gradient is that of the plain program: a scan's is the unrolled loop's", (pair, x) => {
  close(grad(loss(pair.real))(x), grad(loss(pair.plain))(x), pair.text);
});

law("jit(f) = f, and so are their gradients", ({ real, text }, x) => {
  close(jit(real)(x), real(x), text);
  close(jit(grad(loss(real)))(x), grad(loss(real))(x), text);
  close(grad(loss(jit(real)))(x), grad(loss(real))(x), text);
});

law("vmap(f) is the stack of f, under jit and grad, too", ({ real, text }, x, v) => {
  const batch = stack([x, v, x.add(v)]) as never;
  const one = stack([real(x), real(v), real(x.add(v))]);
  close(vmap(real)(batch), one, text);
  close(jit(vmap(real))(batch), one, text);
  const gradient = grad(loss(real));
  close(vmap(gradient)(batch), stack([x, v, x.add(v)].map(gradient)), text);
});

law("checkpoint(f) has f's values and gradients", ({ real, text }, x) => {
  close(checkpoint(real)(x), real(x), text);
  close(grad(loss(checkpoint(real)))(x), grad(loss(real))(x), text);
});

law("jacfwd = jacrev", ({ real, text }, x) => {
  close(jacfwd(real)(x), jacrev(real)(x), text);
  close(jit(jacfwd(real))(x), jit(jacrev(real))(x), text);
});

law("<jvp(v), u> = <v, vjp(u)>", ({ real, text }, x, v) => {
  const [y, pushed] = jvp(real, [x], [v]);
  const u = y.mul(0.5).add(1);
  const [pulled] = vjp(real, x)[1](u);
  close(pushed.mul(u).sum(), v.mul(pulled).sum(), text);
  const [value, derivative] = linearize(real, x);
  close(value, y, text);
  close(derivative(v), pushed, text);
});

law("jvp is the change along the tangent", ({ real, text }, x, v) => {
  const change = (step: number) =>
    real(x.add(v.mul(step))).sub(real(x.sub(v.mul(step)))).div(2 * step);
  // Not where a branch is about to change: there the change has no limit.
  fc.pre(change(1e-6).sub(change(1e-7)).abs().max().item() < 1e-3);
  close(jvp(real, [x], [v])[1], change(1e-6), text, 1e-5);
});

law("a hessian is symmetric, and is its own transformations' hessian", ({ real, text }, x) => {
  const h = hessian(loss(real))(x);
  close(h, h.transpose(), text);
  close(jacrev(jacrev(loss(real)))(x), h, text);
  close(jit(hessian(loss(real)))(x), h, text);
}, { runs: 20 });
