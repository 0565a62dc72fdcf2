/**
 * A chart in characters: what Vega has laid out, painted into cells.
 *
 * @module
 */
import { cell, Cells, cellsOf } from "./cells.ts";
import type { Chart, Panel } from "./chart.ts";
import { type Frame, headLines, legendPlaces, rampPlace, signWidth } from "./frames.ts";
import { axesOf, type Item, layOut } from "./layout.ts";
import { oneLine, terminal } from "./medium.ts";
import { rgb } from "./palette.ts";
import { paintMark } from "./paint_mark.ts";
import { paintPixels } from "./paint_pixels.ts";
import { markName } from "./mark_spec.ts";
import { surface } from "./surface.ts";

/** The narrowest text that a chart is drawn in, in columns. */
export const leastColumns = 24;

/** Draws a chart in characters, in so many columns at most. */
export function chartText(chart: Chart, columns: number, colors: boolean): string {
  // A character of 12 pixels is about 20/3 pixels wide on a page, and a cell here.
  const natural = Math.ceil(chart.width * 3 / 20);
  const total = Math.min(columns, Math.max(natural, leastColumns)) * cell.width;
  const height = Math.max(chart.height * total / chart.width, 12 * cell.height);
  const layout = layOut({ ...chart, height }, total, terminal);
  const cells = new Cells(columns, Math.ceil(layout.height / cell.height));
  if (chart.title !== undefined) cells.write(0, 0, oneLine(chart.title));
  layout.panels.forEach((drawn, i) => {
    const frame = layout.frames[i];
    const on = surface(cells, frame, colors);
    const { items = [] } = drawn;
    chart.panels[i].marks.forEach((mark, j) => {
      const rows = items.find(({ name }) => name === markName(j))?.items ?? [];
      paintMark(on, mark, rows);
    });
    if (chart.panels[i].axes) paintAxes(cells, drawn, frame);
    paintWords(cells, chart.panels[i], frame, colors);
  });
  return cells.toString(colors);
}

/** The axes: lines, ticks and labels. */
function paintAxes(cells: Cells, drawn: Item, frame: Frame): void {
  const left = Math.round(frame.x / cell.width);
  const top = Math.round(frame.y / cell.height);
  const columns = Math.round(frame.width / cell.width);
  const rows = Math.round(frame.height / cell.height);
  const at = (place: number, size: number, length: number): number =>
    Math.min(length - 1, Math.floor(place / size));
  for (let row = 0; row < rows; row++) cells.put(left - 1, top + row, "│");
  cells.put(left - 1, top + rows, "└");
  for (let column = 0; column < columns; column++) cells.put(left + column, top + rows, "─");
  for (const { orient, ticks, labels } of axesOf(drawn)) {
    if (orient === "left") {
      for (const { y = 0 } of ticks) {
        cells.put(left - 1, top + at(y, cell.height, rows), "┤");
      }
      for (const { y = 0, text = "" } of labels) {
        cells.write(left - 1 - cellsOf(text), top + at(y, cell.height, rows), text);
      }
    } else {
      for (const { x = 0 } of ticks) {
        cells.put(left + at(x, cell.width, columns), top + rows, "┬");
      }
      for (const { x = 0, text = "" } of labels) {
        const length = cellsOf(text);
        const start = left + at(x, cell.width, columns) - Math.floor((length - 1) / 2);
        cells.write(Math.min(start, cells.columns - length), top + rows + 1, text);
      }
    }
  }
}

/** The title, the legend and the labels of the axes. */
function paintWords(cells: Cells, panel: Panel, frame: Frame, colors: boolean): void {
  const left = Math.round(frame.x / cell.width);
  const top = Math.round(frame.y / cell.height);
  const lines = headLines(panel, frame.width, terminal);
  const { title, ramp, axes, x, y } = panel;
  if (title !== undefined) cells.write(left, top - lines, oneLine(title));
  for (const { entry, x, line } of legendPlaces(panel, frame.width, terminal)) {
    const column = left + Math.round(x / cell.width);
    const row = top - lines + (title === undefined ? 0 : 1) + line;
    const { kind, look, name } = entry;
    const color = colors ? rgb(look.color) : undefined;
    const point = colors ? "●" : look.glyph;
    cells.write(column, row, kind === "points" ? point : colors ? "───" : `─${point}─`, color);
    cells.write(column + Math.round(signWidth(entry, terminal) / cell.width), row, oneLine(name));
  }
  if (ramp !== undefined) {
    const row = top - (axes && y.label !== undefined ? 2 : 1);
    const { x, width } = rampPlace(ramp, terminal);
    const place = { x: frame.x + x, y: row * cell.height, width, height: cell.height };
    cells.write(left, row, ramp.low);
    paintPixels(surface(cells, place, colors), ramp.raster, true, { width, height: cell.height });
    cells.write(left + Math.round((x + width) / cell.width) + 1, row, ramp.high);
  }
  if (!axes) return;
  if (y.label !== undefined) cells.write(left, top - 1, oneLine(y.label));
  if (x.label !== undefined) {
    const label = oneLine(x.label);
    const before = Math.max(0, Math.floor((frame.width / cell.width - cellsOf(label)) / 2));
    const row = top + Math.round(frame.height / cell.height) + 2;
    cells.write(left + before, row, label);
  }
}
