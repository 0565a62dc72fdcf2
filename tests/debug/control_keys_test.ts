/** Keys that are used twice inside and around loops, branches, checkpoints, own derivatives, batches. */
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
  jvp,
  less,
  makeTape,
  random,
  scan,
  stack,
  type Tensor,
  tensor,
  vmap,
  whileLoop,
} from "@katachi/katachi";

type Vector = Tensor<[2]>;
type Key = random.Key;

const x = tensor([1, 2]);
const draw = (key: Key): Vector => random.normal(key, [2]);
const negative = () => less(x.sum(), 0);
const noisy = (x: Vector, key: Key): Vector => x.mul(draw(key));
const custom = customVjp(noisy, {
  forward: (x, key) => {
    const noise = draw(key);
    return [x.mul(noise), noise];
  },
  backward: (noise, cotangent) => [cotangent.mul(noise), null],
});
const keys = (key: Key) => stack(random.split(key, 3));
const walk = (key: Key, _: null): [Key, Vector] => {
  const [next, own] = random.split(key);
  return [next, draw(own)];
};
const wander = (key: Key) =>
  whileLoop(({ x }: { x: Vector; key: Key }) => less(x.sum(), 9), ({ x, key }) => {
    const [next, own] = random.split(key);
    return { x: x.add(draw(own).abs()), key: next };
  }, { x, key });

/** Where each number is drawn from its own key. */
const right: Record<string, (key: Key) => unknown> = {
  "either branch, closing over the key": (key) =>
    cond(negative(), () => draw(key), () => draw(key).mul(2)),
  "either branch, with the key as operand": (key) =>
    cond(negative(), (key) => draw(key), (key) => draw(key).mul(2), key),
  "a checkpoint, which runs again": (key) =>
    grad((x: Vector) => checkpoint(noisy)(x, key).sum())(x),
  "a function and its rule": (key) => grad((x: Vector) => custom(x, key).sum())(x),
  "a function and its rule, closing over the key": (key) =>
    customVjp((x: Vector) => noisy(x, key), {
      forward: (x) => [noisy(x, key), null],
      backward: (_, cotangent) => [cotangent],
    })(x),
  "a loop that splits its key": (key) => scan(walk, key, null, { length: 3 }),
  "a loop over keys": (key) => scan((c: Vector, key) => [noisy(c, key), null], x, keys(key)),
  "a loop that folds in its step": (key) =>
    foriLoop(0, 3, (i, c) => noisy(c, random.foldIn(key, i)), x),
  "a loop of one step": (key) => foriLoop(0, 1, (_, c) => noisy(c, key), x),
  "a loop until": wander,
  "a batch of keys": (key) => vmap(draw)(keys(key)),
  "forward mode": (key) => jvp((x: Vector) => noisy(x, key), [x], [x]),
  "what is only looked at": (key) => [
    evalShape(draw, key),
    evalShape(() => draw(key)),
    makeTape(draw)(key),
    draw(key),
  ],
};

/** Where a key is used twice. */
const twice: Record<string, (key: Key) => unknown> = {
  "after a branch": (key) => [cond(negative(), (key) => draw(key), () => x, key), draw(key)],
  "after a branch that closes over it": (
    key,
  ) => [cond(negative(), () => draw(key), () => x), draw(key)],
  "before a branch": (key) => [draw(key), cond(negative(), () => draw(key), () => x)],
  "within a branch": (key) => cond(negative(), () => noisy(draw(key), key), () => x),
  "after a checkpoint": (key) => [checkpoint(noisy)(x, key), draw(key)],
  "after a function with a rule": (key) => [custom(x, key), draw(key)],
  "after a loop": (key) => [scan(walk, key, null, { length: 3 }), draw(key)],
  "after a loop until": (key) => [wander(key), draw(key)],
  "in two batches": (key) => {
    const all = keys(key);
    return [vmap(draw)(all), vmap(draw)(all)];
  },
};

/** Where every step of a loop uses the same. */
const everyStep: Record<string, (key: Key) => unknown> = {
  "closing over it": (key) => foriLoop(0, 3, (_, c) => noisy(c, key), x),
  "passing it on": (key) =>
    scan(
      ({ c, key }: { c: Vector; key: Key }, _: null) => [{ c: noisy(c, key), key }, null],
      { c: x, key },
      null,
      { length: 3 },
    ),
  "in a loop until": (key) => whileLoop((c) => less(c.sum(), 9), (c) => noisy(c, key), x),
  "in its condition": (key) => whileLoop((c) => less(c.sum(), draw(key).sum()), (c) => c.mul(2), x),
};

/** What is thrown while keys are watched, eager and compiled, without the lines. */
function complaints(f: (key: Key) => unknown): string[] {
  using _watch = debug.keys(true);
  const compiled = (key: Key) => jit(() => (f(random.split(key)[0]), x))();
  return [f, compiled].map((g) =>
    assertThrows(() => g(random.key(0)), debug.KeyReuseError).message.replace(
      / at \S+?(?=[; ,])/g,
      "",
    )
  );
}

Deno.test("no use of a fresh key is refused, eager and compiled", () => {
  using _watch = debug.keys(true);
  for (const f of Object.values(right)) {
    f(random.key(0));
    jit(() => (f(random.split(random.key(0))[0]), x))();
  }
});

for (const [name, f] of Object.entries(twice)) {
  Deno.test(`a key that is used twice is found: ${name}`, () => {
    for (const message of complaints(f)) {
      assertEquals(message.match(/^random\.\w+: a key is used twice, by/)?.length, 1, message);
    }
  });
}

for (const [name, f] of Object.entries(everyStep)) {
  Deno.test(`a key that every step uses is found: ${name}`, () => {
    for (const message of complaints(f)) {
      assertEquals(
        message,
        "random.normal: a key is used in every step of a loop, by random.normal; make new keys of " +
          "it with random.split, or with random.foldIn and the step",
      );
    }
  });
}

Deno.test("the line of the use inside is named", () => {
  using _watch = debug.keys(true);
  const { message } = assertThrows(
    () => everyStep["closing over it"](random.key(0)),
    debug.KeyReuseError,
  );
  assertEquals(/by random\.normal at \S*control_keys_test\.ts:\d+:\d+;/.test(message), true);
});
