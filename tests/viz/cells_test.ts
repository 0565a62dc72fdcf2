/** A grid of characters. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Cells, cellsOf } from "../../src/viz/cells.ts";
import { clipped } from "../../src/viz/clip.ts";

Deno.test("a cell has two by four dots", () => {
  const cells = new Cells(2, 1);
  cells.dot(0, 0);
  cells.dot(7.9, 15.9);
  cells.dot(8, 4);
  assertEquals(cells.toString(false), "\u2881\u2802");
});

Deno.test("what is outside is not drawn", () => {
  const cells = new Cells(3, 2);
  for (const [x, y] of [[-1, 0], [0, -1], [24, 0], [0, 32], [NaN, 0]]) cells.dot(x, y);
  cells.put(3, 0, "x");
  cells.write(1, 1, "abc");
  assertEquals(cells.toString(false), "\n ab");
});

Deno.test("wide characters take two cells, and never half of one", () => {
  assertEquals(cellsOf("漢a"), 3);
  assertEquals(cellsOf("e\u0301"), 1);
  const cells = new Cells(4, 1);
  cells.write(0, 0, "a漢字");
  assertEquals(cells.toString(false), "a漢");
});

Deno.test("colours are written where they are", () => {
  const cells = new Cells(3, 1);
  cells.put(0, 0, "a", [1, 2, 3]);
  cells.ground(1, 0, [4, 5, 6]);
  assertEquals(cells.toString(true), "\x1b[38;2;1;2;3ma\x1b[0m\x1b[48;2;4;5;6m \x1b[0m");
  assertEquals(cells.toString(false), "a");
});

Deno.test("the clipped line is the part of the line that is inside", () => {
  const place = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(fc.property(place, place, place, place, (x1, y1, x2, y2) => {
    const part = clipped({ x1, y1, x2, y2 }, 20, 10);
    const at = (t: number) => [x1 + t * (x2 - x1), y1 + t * (y2 - y1)];
    const isInside = ([x, y]: number[], room: number) =>
      x >= -room && x <= 20 + room && y >= -room && y <= 10 + room;
    if (part === undefined) {
      for (let i = 0; i <= 100; i++) assertEquals(isInside(at(i / 100), -1e-9), false);
      return;
    }
    assertEquals(isInside([part.x1, part.y1], 1e-9) && isInside([part.x2, part.y2], 1e-9), true);
    if (isInside([x1, y1], 0)) assertEquals([part.x1, part.y1], [x1, y1]);
    const side = (x: number, y: number) => (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1);
    const scale = 1e-9 * (1 + Math.hypot(x2 - x1, y2 - y1)) * 100;
    assertEquals(Math.abs(side(part.x1, part.y1)) <= scale, true);
    assertEquals(Math.abs(side(part.x2, part.y2)) <= scale, true);
  }));
});
