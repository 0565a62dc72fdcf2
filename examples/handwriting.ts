/**
 * The digits that lessons 15 and 16 learn to read: `{ train, test }`, each `{ x, y }`.
 *
 * With `--data DIR` they are the digits of MNIST in the folder `DIR`: `train-images-idx3-ubyte` and
 * `train-labels-idx1-ubyte`, and the `t10k-` files to test on; each may be gzipped. With the `t10k-`
 * files alone, their last fifth is tested on and the rest is trained on. Without `--data` the program
 * draws digits itself, as many as it is asked for.
 */
import { random } from "@katachi/katachi";
import { type Digits, drawnDigits, readMnistPart, trainTestSplit } from "@katachi/katachi/data";
import { option } from "./lesson.ts";

/** The folder with real digits, where there is one. */
export const folder: string | undefined = option("data");

/** Digits to learn from, and others to test on. */
export async function handwriting(
  drawn: { train: number; test: number },
): Promise<{ train: Digits; test: Digits }> {
  if (folder === undefined) {
    return {
      train: drawnDigits(random.key(1), drawn.train),
      test: drawnDigits(random.key(2), drawn.test),
    };
  }
  const test = await readMnistPart(folder, "test");
  const train = await readMnistPart(folder, "train").catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return train === undefined ? trainTestSplit(test, Math.floor(test.y.size / 5)) : { train, test };
}
