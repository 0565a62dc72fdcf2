/** The first NaN or infinity is found wherever it is made, with the line that made it. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  add,
  checkpoint,
  cond,
  debug,
  div,
  exp,
  grad,
  jit,
  jvp,
  less,
  log,
  matmul,
  mul,
  scan,
  sqrt,
  type Tensor,
  tensor,
  traceCount,
  TraceError,
  vjp,
  vmap,
  where,
  whileLoop,
} from "@katachi/katachi";

/** What is thrown while the checks are on: this file's lines as `line 12`. */
function complaint(f: () => unknown): string {
  using _checks = debug.nans(true);
  const { message } = assertThrows(f, debug.NumericsError);
  return message.replace(/\S*nans_test\.ts:(\d+):\d+/, "line $1");
}

/** The number of the line that calls this. */
function line(): number {
  return Number(new Error().stack!.split("\n")[2].match(/:(\d+):\d+\)?$/)![1]);
}

type Vector = Tensor<[2]>;
let marked = 0;

const logarithm = (x: Vector): Vector => (marked = line(), log(x));
const root = (x: Vector): Vector => (marked = line(), sqrt(x));
const total = (f: (x: Vector) => Vector) => (x: Vector): Tensor<[]> => f(x).sum();

Deno.test("at once: what was made, where, from what, and by which line", () => {
  assertEquals(
    complaint(() => logarithm(tensor([-0.1, 0]))),
    `log: 1 NaN and 1 infinity among the 2 elements of float32[2], the first at [0]
  operand 1 is float32[2]: -0.1 at [0]
  at line ${marked}`,
  );
  assertEquals(
    complaint(() => [marked = line(), div(tensor([[1, 2], [0, 3]]), tensor([[1, 1], [0, 1]]))]),
    `div: 1 NaN among the 4 elements of float32[2, 2], the first at [1, 0]
  operand 1 is float32[2, 2]: 0 at [1, 0]
  operand 2 is float32[2, 2]: 0 at [1, 0]
  at line ${marked}`,
  );
  assertEquals(
    complaint(() => [marked = line(), log(tensor(0, "float64"))]),
    `log: the result, a float64[], is -Infinity
  operand 1 is float64[]: 0
  at line ${marked}`,
  );
  assertEquals(
    complaint(() => [marked = line(), matmul(tensor([[1e30, 1]]), tensor([[1e30], [1]]))]),
    `contract: 1 infinity among the 1 element of float32[1, 1], the first at [0, 0]
  operand 1 is float32[1, 2]: from 1 to 1e+30
  operand 2 is float32[2, 1]: from 1 to 1e+30
  at line ${marked}`,
  );
});

Deno.test("compiled, and in calls inside calls, the line is that of the equation", () => {
  const message = (x: Vector) => complaint(() => jit(logarithm)(x));
  const expected = () =>
    `log: 2 infinities among the 2 elements of float32[2], the first at [0]
  operand 1 is float32[2]: 0 at [0]
  at line ${marked}`;
  assertEquals(message(tensor([0, 0])), expected());
  const inner = jit(logarithm);
  assertEquals(
    complaint(() => jit((x: Vector) => inner(mul(x, 2)).add(1))(tensor([0, 0]))),
    expected(),
  );
  assertEquals(complaint(() => grad(total(inner))(tensor([0, 0]))), expected());
});

Deno.test("on the way back the line is the one whose gradient it is", () => {
  const expected = () =>
    `div: 1 infinity among the 2 elements of float32[2], the first at [1]
  operand 1 is float32[2]: 1 at [1]
  operand 2 is float32[2]: 0 at [1]
  in the gradient of line ${marked}`;
  const x = tensor([1, 0]);
  assertEquals(complaint(() => grad(total(root))(x)), expected());
  assertEquals(complaint(() => grad(total(jit(root)))(x)), expected());
  assertEquals(complaint(() => jit(grad(total(root)))(x)), expected());
  assertEquals(complaint(() => jit(grad(total(jit(root))))(x)), expected());
  assertEquals(
    complaint(() => {
      const [, pullback] = vjp(root, x);
      pullback(tensor([1, 1]));
    }),
    expected(),
  );
});

Deno.test("in gradients of gradients too", () => {
  const cube = (x: Tensor<[]>) => (marked = line(), x.pow(1.5));
  const twice = grad(grad(cube));
  assertEquals(
    complaint(() => twice(tensor(0))).split("\n").at(-1),
    `  in the gradient of line ${marked}`,
  );
  assertEquals(
    complaint(() => jit(twice)(tensor(0))).split("\n").at(-1),
    `  in the gradient of line ${marked}`,
  );
});

Deno.test("in loops and choices, forward and back", () => {
  const slopes = (x: Vector): Vector =>
    scan(
      (carry: Vector, y: Tensor<[]>) => {
        const next = (marked = line(), sqrt(carry.mul(y)));
        return [next, y];
      },
      x,
      tensor([1, 1]),
    )[0];
  const chosen = (x: Vector): Vector =>
    cond(tensor(true), (x: Vector) => root(x), (x: Vector) => log(x), x);
  const forward = () => `  at line ${marked}`;
  const back = () => `  in the gradient of line ${marked}`;
  const last = (f: () => unknown) => complaint(f).split("\n").at(-1);
  for (const f of [slopes, chosen]) {
    assertEquals(last(() => f(tensor([1, -1]))), forward());
    assertEquals(last(() => jit(f)(tensor([1, -1]))), forward());
    assertEquals(last(() => grad(total(f))(tensor([1, 0]))), back());
    assertEquals(last(() => jit(grad(total(f)))(tensor([1, 0]))), back());
  }
  const halves = (x: Tensor<[]>) =>
    whileLoop((x: Tensor<[]>) => less(x, 9), (x) => (marked = line(), div(x, 0)), x);
  assertEquals(last(() => halves(tensor(1))), forward());
  using _checks = debug.nans(true);
  assertEquals(slopes(tensor([16, 81])).toArray(), [2, 3]);
  assertEquals(chosen(tensor([4, 9])).toArray(), [2, 3]);
});

Deno.test("in batches, checkpoints and forward mode", () => {
  const last = (f: () => unknown) => complaint(f).split("\n").at(-1);
  const rows = tensor([[1, 4], [1, -4]]);
  assertEquals(last(() => vmap(root)(rows)), `  at line ${marked}`);
  assertEquals(last(() => jit(vmap(root))(rows)), `  at line ${marked}`);
  const back = () => `  in the gradient of line ${marked}`;
  assertEquals(last(() => vmap(grad(total(root)))(tensor([[1, 4], [1, 0]]))), back());
  assertEquals(last(() => grad(total(checkpoint(root)))(tensor([1, 0]))), back());
  assertEquals(last(() => jvp(root, [tensor([1, 0])], [tensor([1, 1])])), back());
});

Deno.test("constants that are folded ahead of time are checked as well", () => {
  const f = jit((x: Vector) => (marked = line(), x.add(log(tensor([-1, 2])))));
  assertEquals(
    complaint(() => f(tensor([1, 2]))),
    `log: 1 NaN among the 2 elements of float32[2], the first at [0]
  operand 1 is float32[2]: -1 at [0]
  at line ${marked}`,
  );
});

Deno.test("NaNs and infinities that were there before are nobody's fault", () => {
  using _checks = debug.nans(true);
  const x = tensor([NaN, Infinity, 1]);
  assertEquals(add(x, 1).toArray(), [NaN, Infinity, 2]);
  assertEquals(exp(tensor([-Infinity])).toArray(), [0]);
  assertEquals(mul(x, tensor([1, 1, 2])).toArray(), [NaN, Infinity, 2]);
  assertEquals(where(tensor([true, false]), -Infinity, tensor([1, 2])).toArray(), [-Infinity, 2]);
  assertThrows(() => add(tensor([Infinity]), tensor([-Infinity])), debug.NumericsError, "1 NaN");
});

Deno.test("off means off, blocks end, and compiled programs give the same", () => {
  const f = jit((x: Vector) => logarithm(x).mul(2));
  const expected = f(tensor([0, 1])).toArray();
  {
    using _checks = debug.nans(true);
    assertThrows(() => f(tensor([0, 1])), debug.NumericsError);
    {
      using _off = debug.nans(false);
      assertEquals(f(tensor([0, 1])).toArray(), expected);
    }
    assertThrows(() => f(tensor([0, 1])), debug.NumericsError);
    assertEquals(f(tensor([1, 1])).toArray(), [0, 0]);
  }
  assertEquals(f(tensor([0, 1])).toArray(), expected);
  debug.nans(true);
  assertThrows(() => f(tensor([0, 1])), debug.NumericsError);
  debug.nans(false);
  assertEquals(f(tensor([0, 1])).toArray(), expected);
});

Deno.test("programs that were compiled before know their lines, and count as one trace", () => {
  const inner = jit(logarithm);
  const outer = jit((x: Vector) => inner(x).mul(2), { maxTraces: 1 });
  const slope = jit(grad(total(root)));
  const x = tensor([0, 1]);
  outer(x);
  slope(x);
  assertEquals(complaint(() => outer(x)).split("\n").at(-1), `  at line ${marked}`);
  assertEquals(complaint(() => inner(x)).split("\n").at(-1), `  at line ${marked}`);
  assertEquals(complaint(() => slope(x)).split("\n").at(-1), `  in the gradient of line ${marked}`);
  outer(x);
  assertEquals([inner, outer, slope].map(traceCount), [1, 1, 1]);
});

Deno.test("traces count while the checks are on, and serve without them", () => {
  const f = jit((x: Tensor) => x.mul(2), { maxTraces: 1 });
  {
    using _checks = debug.nans(true);
    f(tensor([1, 2]));
    f(tensor([1, 3]));
    assertThrows(() => f(tensor([1])), TraceError, "more than maxTraces = 1");
  }
  assertEquals(f(tensor([1, 2])).toArray(), [2, 4]);
  assertEquals(traceCount(f), 1);
});

Deno.test("what cannot be traced again does not know its lines", () => {
  const [, pullback] = vjp(root, tensor([0, 1]));
  assertEquals(
    complaint(() => pullback(tensor([1, 1]))).split("\n").at(-1),
    "  in the gradient of a line that is not known, since it was recorded before",
  );
});
