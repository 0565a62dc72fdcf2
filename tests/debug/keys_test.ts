/** A random key is used once: drawing and splitting use it up, folding in does not. */
import { assertEquals, assertThrows } from "@std/assert";
import { debug, grad, jit, random, type Tensor, tensor, zeros } from "@katachi/katachi";

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
