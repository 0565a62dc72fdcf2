/** Tapes as text, and what can be done with them. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  arange,
  countEquations,
  grad,
  jit,
  makeTape,
  matmul,
  random,
  runTape,
  ShapeError,
  tanh,
  Tape,
  type Tensor,
  tensor,
  TraceError,
  where,
  zeros,
} from "@katachi/katachi";

const layer = (w: Tensor<[2, 3]>, b: Tensor<[3]>) =>
  tanh(matmul(tensor([[1, 2], [3, 4]]), w).add(b)).mean();

Deno.test("a tape prints as one equation a line", () => {
  assertEquals(
    makeTape(layer)(zeros([2, 3]), zeros([3])).toString(),
    `tape (a: float32[2,3], b: float32[3]) {
  c: float32[2,2] = captured [[1,2],[3,4]]
  d: float32[2,3] = contract[contract=[[1],[0]]] c a
  e: float32[2,3] = broadcast[shape=[2,3] axes=[1]] b
  f: float32[2,3] = add d e
  g: float32[2,3] = tanh f
  h: float32[] = sum[axes=[0,1]] g
  i: float32[] = div h 6
  return i
}`,
  );
});

Deno.test("a tape among the settings is listed below, inner ones further in", () => {
  const double = jit((x: Tensor<[2]>) => x.add(x));
  const f = jit((x: Tensor<[2]>) => double(x).mul(x));
  assertEquals(
    makeTape((x: Tensor<[2]>) => f(x).sum())(zeros([2])).toString(),
    `tape (a: float32[2]) {
  b: float32[2] = call a
    tape (a: float32[2]) {
      b: float32[2] = call a
        tape (a: float32[2]) {
          b: float32[2] = add a a
          return b
        }
      c: float32[2] = mul b a
      return c
    }
  c: float32[] = sum[axes=[0]] b
  return c
}`,
  );
});

Deno.test("the gradient of a compiled function is two tapes with names", () => {
  function square(x: Tensor<[]>): Tensor<[]> {
    return x.mul(x);
  }
  assertEquals(
    makeTape(grad(jit(square)))(tensor(3)).toString(),
    `tape (a: float32[]) {
  b: float32[] = call[name=square] a
    tape (a: float32[]) {
      b: float32[] = mul a a
      return b
    }
  c: float32[] = call[name=square'] a 1
    tape (a: float32[], b: float32[]) {
      c: float32[] = mul b a
      d: float32[] = add c c
      return d
    }
  return c
}`,
  );
});

Deno.test("long captured tensors show their first values, traced ones none, long settings are cut", () => {
  const long = arange(9).mul(0.1);
  assertEquals(
    makeTape((x: Tensor<[9]>) => x.add(long).reshape([1, 1, 1, 9]).squeeze())(zeros([9]))
      .toString(),
    `tape (a: float32[9]) {
  b: float32[9] = captured [0,0.1,0.2,…]
  c: float32[9] = add a b
  d: float32[1,1,1,9] = reshape[shape=[1,1,1,9]] c
  e: float32[9] = reshape[shape=[9]] d
  return e
}`,
  );
  const flags = tensor([true, false]);
  let inner = "";
  makeTape((x: Tensor<[2]>) => {
    inner = makeTape((y: Tensor<[2]>) => where(flags, x, y))(x).toString();
    return x;
  })(zeros([2]));
  assertEquals(
    inner,
    `tape (a: float32[2]) {
  b: bool[2] = captured [true,false]
  c: float32[2] = captured
  d: float32[2] = select b c a
  return d
}`,
  );
  const dims = Array(40).fill(1);
  const [, wide] = makeTape((x: Tensor<[]>) => x.reshape(dims))(tensor(1)).toString().split("\n");
  assertEquals(wide.slice(wide.indexOf(" = ")), ` = reshape[shape=[${"1,".repeat(29)}…] a`);
});

Deno.test("several tapes among the settings have the names of the settings", () => {
  const tape = makeTape((x: Tensor<[]>) => x.neg())(tensor(1));
  const params = {
    body: tape,
    branches: [tape, tape],
    count: 3,
    reverse: false,
    at: { low: -0, all: null },
  };
  const equations = [{ ...tape.equations[0], params }];
  const inner = (name: string) =>
    `    ${name}: tape (a: float32[]) {
      b: float32[] = neg a
      return b
    }`;
  assertEquals(
    new Tape({ ...tape, equations }).toString(),
    `tape (a: float32[]) {
  b: float32[] = neg[count=3 at={low:-0,all:null}] a
${["body", "branches[0]", "branches[1]"].map(inner).join("\n")}
  return b
}`,
  );
});

Deno.test("variables after z are aa, ab, …; booleans and special numbers are spelled out", () => {
  const long = (x: Tensor<[]>) => {
    let y = x;
    for (let i = 0; i < 27; i++) y = y.mul(-Infinity);
    return y;
  };
  const text = makeTape(long)(tensor(1)).toString();
  assertEquals(text.split("\n").at(-2), "  return ab");
  assertEquals(text.includes("aa: float32[] = mul z -Infinity"), true);
});

Deno.test("the same program gives the same text, whenever it is recorded", () => {
  const text = () => makeTape(grad(layer))(zeros([2, 3]), zeros([3])).toString();
  const first = text();
  makeTape(layer)(zeros([2, 3]), zeros([3]));
  assertEquals(text(), first);
});

Deno.test("a tape runs again, on other values", () => {
  const tape = makeTape(layer)(zeros([2, 3]), zeros([3]));
  const w = random.normal(random.key(0), [2, 3]);
  const b = random.normal(random.key(1), [3]);
  assertEquals(runTape(tape, w, b)[0].item(), layer(w, b).item());
  assertThrows(() => runTape(tape, w), ShapeError, "the tape has 2 inputs, got 1");
  assertThrows(
    () => runTape(tape, w, w),
    ShapeError,
    "runTape: input 1 is float32[2, 3], the tape wants float32[3]",
  );
});

Deno.test("equations are counted, inner tapes included", () => {
  const f = jit((x: Tensor<[2]>) => x.mul(x).mul(2));
  const tape = makeTape((x: Tensor<[2]>) => f(x).sum())(zeros([2]));
  assertEquals(countEquations(tape), { call: 1, mul: 2, sum: 1 });
});

Deno.test("makeTape computes nothing and reads nothing", () => {
  assertThrows(
    () => makeTape((x: Tensor<[]>) => x.item() > 0 ? x : x.neg())(tensor(1)),
    TraceError,
    "is not known while makeTape records",
  );
});
