/** Labels become numbers, and the same labels again. */
import { assertEquals, assertThrows } from "@std/assert";
import { assertType, type IsExact } from "@std/testing/types";
import fc from "fast-check";
import { type Tensor, tensor } from "@katachi/katachi";
import { decodeLabels, encodeLabels } from "@katachi/katachi/data";
import oracle from "../fixtures/oracle/features.json" with { type: "json" };

const names = fc.oneof(fc.string({ maxLength: 3 }), fc.integer({ min: -9, max: 9 }));

Deno.test("decoding gives the labels back; classes are different, and rise", () => {
  fc.assert(fc.property(fc.array(names), (labels) => {
    const { y, classes } = encodeLabels(labels);
    assertEquals(decodeLabels(y, classes), labels);
    assertEquals(new Set(classes), new Set(labels));
    assertEquals(classes.length, new Set(labels).size);
    assertEquals(encodeLabels(labels.toReversed()).classes, classes);
    assertEquals(encodeLabels(classes).y.toArray(), [...classes.keys()]);
    assertEquals(encodeLabels(labels, { classes }).y.toArray(), y.toArray());
  }));
});

Deno.test("classes and their numbers are scikit-learn's", () => {
  for (const { labels, codes, classes } of oracle.labels) {
    const encoded = encodeLabels<readonly (string | number)[]>(labels);
    assertEquals(encoded.y.toArray(), codes);
    assertEquals(encoded.classes, classes);
  }
});

Deno.test("types: as many as labels, and the classes by name", () => {
  const { y, classes } = encodeLabels(["dog", "cat", "dog"]);
  assertType<IsExact<typeof y, Tensor<[3], "int32">>>(true);
  assertType<IsExact<typeof classes, readonly ("dog" | "cat")[]>>(true);
  const more = encodeLabels(["cat"], { classes });
  assertType<IsExact<typeof more.classes, readonly ("dog" | "cat")[]>>(true);
  assertEquals(more.y.toArray(), [0]);
  const words: string[] = ["a"];
  const many = encodeLabels(words);
  assertType<IsExact<typeof many.y, Tensor<[number], "int32">>>(true);
  assertEquals(many.classes, ["a"]);
});

Deno.test("errors: labels without a class, numbers without a label", () => {
  const classes: string[] = ["cat", "dog"];
  assertThrows(
    () => encodeLabels(["cow"] as string[], { classes }),
    RangeError,
    'encodeLabels: "cow" is none of 2 classes: "cat", "dog"',
  );
  assertThrows(
    () => encodeLabels(["a"] as string[], { classes: ["a", "b", "a"] }),
    RangeError,
    'encodeLabels: the class "a" is given twice',
  );
  assertThrows(
    () => decodeLabels(tensor([2], "int32"), classes),
    RangeError,
    'decodeLabels: no class 2 of 2 classes: "cat", "dog"',
  );
  assertThrows(() => decodeLabels(tensor([-1], "int32"), classes), RangeError, "no class -1");
});
