/** A random key is used once: drawing and splitting use it up, folding in does not. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  checkpoint,
  cond,
  customVjp,
  debug,
  evalShape,
  foriLoop,
  grad,
  jit,
  makeTape,
  random,
  scan,
  stack,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@katachi/katachi";

type Key = random.Key;

/** The complaint about keys, with this file's lines as `line 12`. */
function complaint(f: () => unknown): string {
  using _watch = debug.keys(true);
  const { message } = assertThrows(f, debug.KeyReuseError);
  return message.replaceAll(/\S*keys_test\.ts:(\d+):\d+/g, "line $1");
}

/** The number of the line that calls this. */
function line(): number {
  return Number(new Error().stack!.split("\n")[2].match(/:(\d+):\d+\)?$/)![1]);
}

const lines: number[] = [];
const draw = (key: Key): Tensor<[2]> => (lines[0] = line(), random.normal(key, [2]));
const drawAgain = (key: Key): Tensor<[2]> => (lines[1] = line(), random.uniform(key, [2]));
const both = (key: Key) => draw(key).add(drawAgain(key));
const twice = () =>
  `random.uniform: a key is used twice, by random.normal at line ${lines[0]} and by ` +
  `random.uniform at line ${lines[1]}; make new keys of it with random.split`;

Deno.test("a second draw names both lines: at once, compiled and differentiated", () => {
  assertEquals(complaint(() => both(random.key(0))), twice());
  assertEquals(complaint(() => jit(both)(random.key(0))), twice());
  const loss = (x: Tensor<[2]>, key: Key) => x.mul(both(key)).sum();
  assertEquals(complaint(() => grad(loss)(zeros([2]), random.key(0))), twice());
  assertEquals(complaint(() => grad(jit(loss))(zeros([2]), random.key(0))), twice());
  assertEquals(complaint(() => jit(grad(loss))(zeros([2]), random.key(0))), twice());
});

Deno.test("every way to draw uses a key up, and so does splitting; folding in does not", () => {
  const draws: Record<string, (key: Key) => unknown> = {
    bits: (key) => random.bits(key),
    normal: (key) => random.normal(key),
    uniform: (key) => random.uniform(key, [2], { dtype: "float64" }),
    truncatedNormal: (key) => random.truncatedNormal(key, -1, 1),
    bernoulli: (key) => random.bernoulli(key, 0.5),
    categorical: (key) => random.categorical(key, tensor([0, 0])),
    randint: (key) => random.randint(key, [2], 0, 5),
    permutation: (key) => random.permutation(key, 5),
    choice: (key) => random.choice(key, 5, [2], { replace: false }),
    split: (key) => random.split(key),
  };
  for (const [name, use] of Object.entries(draws)) {
    assertEquals(
      complaint(() => {
        const key = random.key(1);
        random.foldIn(key, 3);
        use(key);
        use(key);
      }).split(":")[0],
      `random.${name}`,
    );
  }
  using _watch = debug.keys(true);
  const key = random.key(1);
  for (const use of Object.values(draws)) {
    use(random.foldIn(key, 0));
    use(random.foldIn(key, 0));
  }
});

Deno.test("a call of a compiled function uses the keys that the function uses", () => {
  const f = jit((key: Key, other: Key) => [draw(key), random.foldIn(other, 1)] as const);
  const message = complaint(() => {
    const [a, b] = random.split(random.key(0));
    f(a, b);
    random.normal(b);
    f(random.key(1), b);
    lines[1] = line();
    f(a, b);
  });
  assertEquals(
    message.replace(/called at line \d+ and/, "called at line first and"),
    `random.normal: a key is used twice, by random.normal at line ${
      lines[0]
    }, called at line first ` +
      `and by random.normal at line ${lines[0]}, called at line ${lines[1] + 1}; ` +
      `make new keys of it with random.split`,
  );
  const inner = jit((key: Key) => draw(key));
  assertEquals(
    complaint(() => jit((key: Key) => inner(key).add(inner(key)))(random.key(0))).split(":")[0],
    "random.normal",
  );
});

Deno.test("tracing uses nothing up: only calls do", () => {
  using _watch = debug.keys(true);
  const key = random.key(0);
  const f = () => draw(key);
  makeTape(f)();
  evalShape(f);
  draw(key);
  assertThrows(() => jit(f)(), debug.KeyReuseError);
  const captured = random.key(1);
  const g = jit(() => draw(captured));
  g();
  assertThrows(() => g(), debug.KeyReuseError);
});

Deno.test("branches may share a key, since one of them is taken; the choice uses it up", () => {
  const choose = (key: Key) => cond(tensor(true), draw, drawAgain, key);
  const shared = random.key(2);
  const capture = () => cond(tensor(true), () => draw(shared), () => drawAgain(shared));
  {
    using _watch = debug.keys(true);
    choose(random.key(0));
    jit(choose)(random.key(0));
    capture();
    assertThrows(capture, debug.KeyReuseError);
  }
  const operation = complaint(() => {
    const key = random.key(0);
    choose(key);
    random.bits(key);
  }).split(":")[0];
  assertEquals(operation, "random.bits");
});

Deno.test("a loop may carry keys on, but not draw from the same one in each round", () => {
  const carried = (key: Key) =>
    scan(
      (key: Key, _: Tensor<[]>) => {
        const [next, now] = random.split(key);
        return [next, draw(now)];
      },
      key,
      zeros([3]),
    )[1];
  const each = (keys: Tensor<[3, 2], "uint32">) =>
    scan((sum: Tensor<[2]>, key: Key) => [sum.add(draw(key)), sum], zeros([2]), keys)[0];
  const same = (key: Key, rounds: number) =>
    foriLoop(0, rounds, (_, x: Tensor<[2]>) => x.add(draw(key)), zeros([2]));
  {
    using _watch = debug.keys(true);
    carried(random.key(0));
    each(stack(random.split(random.key(0), 3)) as never);
    same(random.key(0), 1);
  }
  assertEquals(complaint(() => same(random.key(0), 2)).split(":")[0], "random.normal");
  assertEquals(
    complaint(() => jit((key: Key) => same(key, 2))(random.key(0))).split(":")[0],
    "random.normal",
  );
  assertEquals(
    complaint(() => {
      const key = random.key(0);
      carried(key);
      carried(key);
    }).split(":")[0],
    "random.split",
  );
});

Deno.test("batches of keys, checkpoints and rules of one's own use keys once", () => {
  const f = (key: Key) => draw(key).sum();
  const ruled = customVjp((x: Tensor<[2]>, key: Key) => x.mul(draw(key)), {
    forward: (x, key) => [x.mul(draw(key)), random.foldIn(key, 0)],
    backward: (_, ct) => [ct, null],
  });
  const uses: ((key: Key) => unknown)[] = [
    (key) => vmap(f)(stack([key, random.key(9)])),
    (key) =>
      vmap((x: Tensor<[]>, key: Key) => f(key).mul(x), { inAxes: [0, null] })(zeros([2]), key),
    (key) => checkpoint(f)(key),
    (key) => grad((x: Tensor<[2]>) => ruled(x, key).sum())(zeros([2])),
  ];
  for (const [i, use] of uses.entries()) {
    using _watch = debug.keys(true);
    const key = random.key(0);
    use(key);
    // A stack of keys is another tensor than the keys.
    if (i > 0) assertThrows(() => use(key), debug.KeyReuseError);
  }
});

Deno.test("keys from a split are all different, copies of a key are not known as such", () => {
  using _watch = debug.keys(true);
  const shared = random.key(7);
  for (const key of random.split(shared, 4)) draw(key);
  draw(random.key(7));
  draw(random.key(7));
});

Deno.test("unwatched, keys can be used again", () => {
  const key = random.key(0);
  assertEquals(draw(key).toArray(), draw(key).toArray());
  {
    using _watch = debug.keys(true);
    draw(key);
  }
  draw(key);
});
