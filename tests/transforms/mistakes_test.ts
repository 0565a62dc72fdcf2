/** Typical mistakes, past the compiler: what the run time says, in words of what was called. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  associativeScan,
  cond,
  customVjp,
  evalShape,
  foriLoop,
  grad,
  greater,
  hvp,
  jit,
  jvp,
  random,
  scan,
  setAt,
  sort,
  switchCase,
  type Tensor,
  tensor,
  vmap,
  whileLoop,
  zeros,
} from "../../mod.ts";

type Vector = Tensor<[2]>;
type Scalar = Tensor<[]>;
/** What the compiler would refuse. */
// deno-lint-ignore no-explicit-any
const wrong = (value: unknown): any => value;
const two = zeros([2]);
const one = tensor(1);

const mistakes: Record<string, () => unknown> = {
  "vmap: batch sizes differ: argument 0 [2, 3] has 2 along axis 0, argument 1.b [4, 3] has 4 along axis 0":
    () =>
      vmap((a: Tensor<[3]>, { b }: { b: Tensor<[3]> }) => a.add(b))(wrong(zeros([2, 3])), {
        b: zeros([4, 3]),
      }),
  "vmap: argument 0: axis 2 is out of range for [2]": () =>
    vmap((x: Vector) => x, { inAxes: 2 })(wrong(two)),
  "vmap: inAxes has 1 axis for the arguments, a list of 2": () =>
    vmap((a: Scalar, b: Scalar) => a.add(b), { inAxes: [0] })(two, wrong(two)),
  "vmap: inAxes has no axis for argument 0.b": () =>
    vmap(({ a, b }: { a: Scalar; b: Scalar }) => a.add(b), { inAxes: [{ a: 0 }] })({
      a: two,
      b: wrong(two),
    }),
  "vmap: outAxes has 1 axis for the result, a list of 2": () =>
    vmap((a: Scalar) => [a, a], { outAxes: [0] })(two),
  "scan: the carry is float32[2] before a step and float32[] after it": () =>
    scan((c: Vector, x: Scalar) => [wrong(c.sum()), x], two, two),
  "scan: the carry is the number 0, not a tensor; write tensor(0)": () =>
    scan((c: Scalar, x: Scalar) => [c.add(x), x], wrong(0), two),
  "foriLoop: the carry is float32[] before a step and float64[] after it": () =>
    foriLoop(0, 3, (_, x: Scalar) => wrong(x.astype("float64")), one),
  "foriLoop: the carry.x is float32[] before a step and float32[1] after it": () =>
    foriLoop(0, tensor(3, "int32"), (_, { x }: { x: Scalar }) => wrong({ x: x.expandDims(0) }), {
      x: one,
    }),
  "whileLoop: the condition must give a scalar bool, got bool[2]": () =>
    whileLoop((x: Vector) => wrong(greater(x, 1)), (x) => x, two),
  "cond: the condition must be bool, got float32": () =>
    cond(wrong(one), (x: Scalar) => x, (x) => x, one),
  "cond: the condition must be a scalar bool tensor, got number": () =>
    cond(wrong(1), (x: Scalar) => x, (x) => x, one),
  "switchCase: the index must be a whole number, got 0.5": () =>
    switchCase(0.5, [(x: Scalar) => x], one),
  "associativeScan: from two float32[1] the function made float32[] for xs; it must keep shape and dtype":
    () => associativeScan((a: Vector, b: Vector) => wrong(a.add(b).sum()), two),
  "grad: the function must return a scalar, got [2]": () => grad((x: Vector) => wrong(x))(two),
  "hvp: the function must return a scalar, got [2]": () => hvp((x: Vector) => wrong(x), two, two),
  "hvp: tangent 0 is float32[], the primal is float32[2]": () =>
    hvp((x: Vector) => x.sum(), two, wrong(one)),
  "jvp: tangent 0.x is float32[], the primal is float32[2]": () =>
    jvp(({ x }: { x: Vector }) => x, [{ x: two }], [{ x: wrong(one) }]),
  "jvp: primals and tangents are lists of all arguments": () =>
    jvp((x: Vector) => x, wrong(two), wrong(two)),
  "customVjp: cotangent 0 of backward.x is float32[], where float32[2] is needed": () =>
    customVjp(({ x }: { x: Vector }) => x.sum(), {
      forward: ({ x }) => [x.sum(), null],
      backward: (_, cotangent) => wrong([{ x: cotangent }]),
    })({ x: two }),
  "evalShape: argument 0[0] is the number 2, not a tensor; write tensor(2)": () =>
    evalShape((x: Vector) => x, wrong([2])),
  "jit: argument 1 is the number 3, not a tensor; write tensor(3)": () =>
    jit((x: Scalar, n: number) => x.mul(n))(one, 3),
  "random.normal: needs one key, made by random.key, got a list of 2": () =>
    random.normal(wrong(random.split(random.key(0))), [2]),
  "random.normal: a shape is a list of dims, got 3": () => random.normal(random.key(0), wrong(3)),
  'sort: an axis is a number, got {"axis":0}': () => sort(two, wrong({ axis: 0 })),
  "setAt: an index is a list with an entry for each axis, got 5": () => setAt(two, wrong(5), 1),
};

for (const [message, mistake] of Object.entries(mistakes)) {
  Deno.test(message, () => {
    assertEquals((assertThrows(mistake) as Error).message, message);
  });
}
