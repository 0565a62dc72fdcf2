/** Printing and looking for NaNs inside loops, branches, checkpoints, own derivatives and batches. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  type AnyTensor,
  checkpoint,
  cond,
  customVjp,
  debug,
  foriLoop,
  grad,
  jit,
  jvp,
  less,
  log,
  scan,
  sin,
  sqrt,
  type Tensor,
  tensor,
  vmap,
  whileLoop,
} from "@katachi/katachi";
import { printedBy } from "./console.ts";

type Vector = Tensor<[2]>;

const x = tensor([1, 2]);

/** A step written in every way that runs a function inside. */
function ways(step: (x: Vector) => Vector): Record<string, (x: Vector) => Vector> {
  return {
    plain: step,
    jit: jit(step),
    scan: (x) => scan((c: Vector, _: null) => [step(c), null], x, null, { length: 1 })[0],
    foriLoop: (x) => foriLoop(0, 1, (_, c: Vector) => step(c), x),
    cond: (x) => cond(less(x.sum(), 10), step, (x) => x.neg(), x),
    checkpoint: checkpoint(step),
    customVjp: customVjp(step, { forward: (x) => [step(x), null], backward: (_, ct) => [ct] }),
    both: checkpoint((x) => cond(less(x.sum(), 10), jit(step), (x) => x.neg(), x)),
    inside: (x) =>
      scan((c: Vector, _: null) => [checkpoint(step)(c), null], x, null, { length: 1 })[0],
  };
}

/** A function under the transformations. */
function transformed(f: (x: Vector) => Vector): Record<string, (x: Vector) => unknown> {
  const loss = (f: (x: Vector) => Vector) => (x: Vector) => f(x).sum();
  return {
    plain: f,
    jit: jit(f),
    checkpoint: checkpoint(f),
    grad: grad(loss(f)),
    "jit grad": jit(grad(loss(f))),
    "grad jit": grad(jit(loss(f))),
    "grad checkpoint": grad(loss(checkpoint(f))),
    "jit grad checkpoint": jit(grad(loss(checkpoint(f)))),
    "grad grad": grad(loss(grad(loss(f)))),
    "grad grad checkpoint": grad(loss(grad(loss(checkpoint(f))))),
    jvp: (x) => jvp(f, [x], [x]),
    "jit jvp": jit((x) => jvp(f, [x], [x])),
    "grad jvp": grad((x) => jvp(f, [x], [x])[1].sum()),
  };
}

Deno.test("wherever it is, and however it is transformed, a print happens once", () => {
  const noisy = (x: Vector) => {
    debug.print(x, "x");
    return sin(x).mul(x);
  };
  for (const [way, f] of Object.entries(ways(noisy))) {
    for (const [name, g] of Object.entries(transformed(f))) {
      assertEquals(printedBy(() => g(x)), ["x: float32[2] [1, 2]"], `${name} of ${way}`);
    }
    const batch = () => vmap(f)(tensor([[1, 2], [3, 4]]));
    assertEquals(
      printedBy(batch),
      ["x: 2 examples of float32[2]\n  [0] [1, 2]\n  [1] [3, 4]"],
      way,
    );
  }
});

Deno.test("a loop prints in every step, what does not change too", () => {
  const shared = tensor(7);
  const f = (x: Vector) =>
    scan(
      (c: Vector, i: Tensor<[], "int32">) => {
        debug.print(i, "i");
        debug.print(shared, "shared");
        return [c.mul(2), null];
      },
      x,
      tensor([0, 1], "int32"),
      { reverse: true },
    )[0];
  const expected = [
    "i: int32[] 1",
    "shared: float32[] 7",
    "i: int32[] 0",
    "shared: float32[] 7",
  ];
  for (const [name, g] of Object.entries(transformed(f))) {
    assertEquals(printedBy(() => g(x)), expected, name);
  }
});

Deno.test("whileLoop prints from its condition and its body, batched for all examples", () => {
  const f = (x: Vector) =>
    whileLoop(
      (c: Vector) => {
        debug.print(c.sum(), "test");
        return less(c.sum(), 10);
      },
      (c) => {
        debug.print(c, "step");
        return c.mul(2);
      },
      x,
    );
  const expected = [
    "test: float32[] 3",
    "step: float32[2] [1, 2]",
    "test: float32[] 6",
    "step: float32[2] [2, 4]",
    "test: float32[] 12",
  ];
  for (const g of [f, jit(f), (x: Vector) => jvp(f, [x], [x]), jit((x) => jvp(f, [x], [x]))]) {
    assertEquals(printedBy(() => (g as (x: Vector) => unknown)(x)), expected);
  }
  assertEquals(printedBy(() => vmap(f)(tensor([[1, 2], [9, 9]]))), [
    "test: 2 examples of float32[]\n  [0] 3\n  [1] 18",
    "step: 2 examples of float32[2]\n  [0] [1, 2]\n  [1] [9, 9]",
    "test: 2 examples of float32[]\n  [0] 6\n  [1] 18",
    "step: 2 examples of float32[2]\n  [0] [2, 4]\n  [1] [9, 9]",
    "test: 2 examples of float32[]\n  [0] 12\n  [1] 18",
  ]);
});

Deno.test("only the branch that is taken prints; both where examples choose", () => {
  const say = (text: string) => (x: Vector) => (debug.print(x, text), x);
  const f = (x: Vector) => cond(less(x.sum(), 5), say("small"), say("large"), x);
  for (const g of [f, jit(f), grad((x: Vector) => f(x).sum())] as ((x: Vector) => unknown)[]) {
    assertEquals(printedBy(() => g(x)), ["small: float32[2] [1, 2]"]);
    assertEquals(printedBy(() => g(tensor([5, 6]))), ["large: float32[2] [5, 6]"]);
  }
  assertEquals(
    printedBy(() => vmap(f)(tensor([[1, 2], [5, 6]]))).map((line) => line.split(":")[0]),
    ["large", "small"],
  );
});

Deno.test("customVjp prints what runs: the function, or forward and backward instead", () => {
  const say = (x: AnyTensor, text: string) => debug.print(x, text);
  const f = customVjp((x: Vector) => (say(x, "f"), x.mul(2)), {
    forward: (x) => (say(x, "forward"), [x.mul(2), null]),
    backward: (_, ct) => (say(ct, "backward"), [ct]),
  });
  const names = (g: () => unknown) => printedBy(g).map((line) => line.split(":")[0]);
  const loss = (x: Vector) => f(x).square().sum();
  assertEquals(names(() => f(x)), ["f"]);
  assertEquals(names(() => jit(f)(x)), ["f"]);
  assertEquals(names(() => vmap(f)(tensor([[1, 2]]))), ["f"]);
  for (const g of [grad(loss), jit(grad(loss)), grad(jit(loss))] as ((x: Vector) => unknown)[]) {
    assertEquals(names(() => g(x)), ["forward", "backward"]);
  }
  assertEquals(names(() => jvp(f, [x], [x])), ["forward"]);
});

/** What is thrown while the checks are on: the first line, and the last with this file's as `line 12`. */
function complaint(f: () => unknown): string[] {
  using _checks = debug.nans(true);
  const { message } = assertThrows(f, debug.NumericsError);
  const lines = message.replace(/\S*control_test\.ts:(\d+):\d+/, "line $1").split("\n");
  return [lines[0].split(":")[0], lines.at(-1)!.trim()];
}

/** The number of the line that calls this. */
function line(): number {
  return Number(new Error().stack!.split("\n")[2].match(/:(\d+):\d+\)?$/)![1]);
}

Deno.test("the first NaN inside is found at its line, on the way forward and back", () => {
  let marked = 0;
  for (const [way, f] of Object.entries(ways((x) => (marked = line(), log(x))))) {
    for (const g of [f, jit(f), jit((x: Vector) => f(f(x)))]) {
      assertEquals(complaint(() => g(tensor([0, 1]))), ["log", `at line ${marked}`], way);
    }
    assertEquals(complaint(() => vmap(f)(tensor([[0, 1]]))), ["log", `at line ${marked}`], way);
  }
  for (const [way, f] of Object.entries(ways((x) => (marked = line(), sqrt(x))))) {
    if (way === "customVjp") continue;
    const loss = (x: Vector) => f(x).sum();
    for (const g of [grad(loss), jit(grad(loss)), grad(jit(loss))] as ((x: Vector) => unknown)[]) {
      const found = complaint(() => g(tensor([0, 1])));
      assertEquals(found, ["div", `in the gradient of line ${marked}`], way);
    }
  }
  const loop = (x: Vector) =>
    whileLoop((c: Vector) => less(c.sum(), 4), (c) => (marked = line(), log(c)), x);
  assertEquals(complaint(() => loop(tensor([0, 1]))), ["log", `at line ${marked}`]);
  assertEquals(complaint(() => jit(loop)(tensor([0, 1]))), ["log", `at line ${marked}`]);
});

Deno.test("checked loops and branches give the same, and the branch not taken is not looked at", () => {
  const f = (x: Vector) =>
    scan(
      (c: Vector, x: Tensor<[]>) => [cond(less(x, 0), (c) => log(c), (c) => c.mul(x), c), c.sum()],
      x,
      tensor([1, 2, 3]),
    );
  const [last, sums] = f(x);
  using _checks = debug.nans(true);
  const [checkedLast, checkedSums] = f(x);
  assertEquals(checkedLast.toArray(), last.toArray());
  assertEquals(checkedSums.toArray(), sums.toArray());
  const negative = tensor([-1, 2]);
  assertEquals(f(negative)[0].toArray(), [-6, 12]);
});

Deno.test("under vmap, what an example does not take is looked at as well", () => {
  const f = (x: Tensor<[]>) => cond(less(x, 0), (x) => x, (x) => log(x), x);
  const xs = tensor([-1, 1]);
  assertEquals(vmap(f)(xs).toArray(), [-1, 0]);
  assertEquals(complaint(() => vmap(f)(xs))[0], "log");
});
