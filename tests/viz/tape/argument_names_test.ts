/** Names of parameters, read off a function's source. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { argumentNames } from "../../../src/viz/tape/argument_names.ts";

// deno-lint-ignore no-explicit-any
type Any = (...args: any[]) => unknown;

Deno.test("parameters have their names, in every way to write a function", () => {
  const cases: [Any, readonly (string | undefined)[]][] = [
    [() => 0, []],
    [(x) => x, ["x"]],
    [new Function("return x => x")(), ["x"]],
    [new Function("return x=>x")(), ["x"]],
    [new Function("return async x => x")(), ["x"]],
    [async (x, y) => [await x, y], ["x", "y"]],
    [(x, y = [1, 2]) => [x, y], ["x", "y"]],
    [({ w, b }, x) => [w, b, x], [undefined, "x"]],
    [([a, b], { c } = { c: 1 }, ...rest) => [a, b, c, rest], [undefined, undefined, undefined]],
    [function (x, y) {
      return [x, y];
    }, ["x", "y"]],
    [function named(größe, $1, _) {
      return [größe, $1, _];
    }, ["größe", "$1", "_"]],
    [
      {
        method(x: number) {
          return x;
        },
      }.method as Any,
      ["x"],
    ],
    [Math.max as Any, []],
    [((x: number) => x).bind(null), []],
  ];
  for (const [f, names] of cases) assertEquals(argumentNames(f), names, String(f));
});

Deno.test("comments, strings and brackets in the source do no harm", () => {
  const piece = fc.constantFrom(
    ..."a b , ( ) { } [ ] = => /* */ \" ' ` // function async ... \n".split(" "),
  );
  fc.assert(fc.property(fc.array(piece), (pieces) => {
    const f = () => 0;
    const source = pieces.join(" ");
    const toString = Function.prototype.toString;
    Function.prototype.toString = () => source;
    let names: readonly unknown[];
    try {
      names = argumentNames(f);
    } finally {
      Function.prototype.toString = toString;
    }
    for (const name of names) assertEquals(name === undefined || /^\w+$/.test(String(name)), true);
  }));
});
