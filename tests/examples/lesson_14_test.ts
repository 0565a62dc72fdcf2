/** Lesson 14: what it prints is so. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { lesson } from "./lesson.ts";

Deno.test("14: folds estimate well, leaks promise too much, and accuracy is no loss", async () => {
  const { figure } = await lesson("14_validation.ts");

  assert(figure("five folds: spread") < 0.5 * figure("one hold-out: spread"));
  assert(figure("its error, over the least") < 1.5);

  // Nobody foresees the toss of a coin.
  assert(figure("chosen before the folds") > 0.8);
  assertAlmostEquals(figure("chosen within each fold"), 0.5, 0.12);

  // A step of the walk has variance 1: that is how far the neighbour is, on average.
  assertAlmostEquals(figure("promised by shuffled folds"), 1, 0.3);
  assert(figure("on the future") > 5 * figure("promised by shuffled folds"));
  const ratio = figure("promised by timeSeriesSplit") / figure("on the future");
  assert(ratio > 0.4 && ratio < 2.5, `${ratio}`);

  assertEquals(figure("never: accuracy"), 0.95);
  assertEquals(figure("never: recall"), 0);
  assert(figure("at the best F1: recall") > figure("at 1/2: recall"));
  assert(figure("at the best F1: F1") > figure("at 1/2: F1"));
  const phi = 0.9331928; // Φ(1.5): the classes are 1.5 √2 apart along the best line, with deviation 1
  assertAlmostEquals(figure("ROC-AUC, whatever the threshold"), phi, 0.04);
  assert(figure("size of the loss's gradient") > 0.1);
  assertEquals(figure("size of the accuracy's gradient"), 0);
});
