/** Lessons 19 and 20: what they print is so. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { lesson } from "./lesson.ts";

Deno.test("19: features of old digits are worth most where there are few examples of new ones", async () => {
  const { figure } = await lesson("19_transfer.ts");
  assert(figure("accuracy in the last epoch") > 0.7);
  assertEquals(figure("difference of filters after reading"), 0);
  // Convolutions of 8 · 25 and 16 · 8 · 9 weights, and 400 · 64, with biases.
  assertEquals(figure("parameters in them"), 200 + 8 + 1152 + 16 + 25600 + 64);
  assert(figure("bytes of safetensors") > 4 * figure("parameters in them"));
  for (const gain of ["frozen features - pixels", "fine-tuned - from scratch"]) {
    assert(figure(`${gain}, 3 of each`) > 0.03, gain);
    assert(figure(`${gain}, 100 of each`) < figure(`${gain}, 3 of each`), gain);
    assert(Math.abs(figure(`${gain}, 100 of each`)) < 0.08, gain);
  }
});

Deno.test("20: a small GPT learns more than the frequencies of characters, and nothing from later ones", async () => {
  const { figure, output } = await lesson("20_language_model.ts");
  const uniform = figure("uniform, log2 of the characters");
  assertAlmostEquals(uniform, Math.log2(figure("different characters")), 1e-3);
  const orders = [
    "one character (unigram)",
    "two characters (bigram)",
    "three characters (trigram)",
  ];
  const [unigram, bigram, trigram] = orders.map(figure);
  assert(uniform > unigram && unigram > bigram && bigram > trigram);
  // Before it learns it knows next to nothing.
  assertAlmostEquals(figure("bits per character before"), uniform, 0.2);
  assert(figure("bits per character after") < unigram - 0.3);
  assertAlmostEquals(
    Math.log2(figure("perplexity after")),
    figure("bits per character after"),
    2e-3,
  );
  assert(
    figure("different characters at temperature 0.1") <
      figure("different characters at temperature 2"),
  );
  assertEquals(figure("change of logits before"), 0);
  assert(figure("change of logits from there on") > 0.5);
  assert(figure("logits with a cache - without, at most") < 1e-4);
  assert(figure("attention by hand - the library's, at most") < 1e-4);
  assertEquals(figure("most attention to what comes later"), 0);
  assert(output.includes("after 160 steps: The "));
});
