/**
 * Where the panels of a chart go.
 *
 * @module
 */
import { cell } from "./cells.ts";
import type { Axis, Chart, LegendEntry, Panel, Ramp } from "./chart.ts";
import type { Medium } from "./medium.ts";

/** The inside of a panel, where its marks are drawn, in pixels. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a panel's tick labels take: left of it, and beyond its right end. */
export interface Margins {
  readonly left: number;
  readonly right: number;
}

/** The panels' frames and the size of it all. */
export interface Frames {
  readonly frames: readonly Frame[];
  readonly width: number;
  readonly height: number;
}

/** An entry of a legend and where it is, from the panel's left end, in lines from its legend's top. */
export interface LegendPlace {
  readonly entry: LegendEntry;
  readonly x: number;
  readonly line: number;
}

/** How wide the sign before a legend's text is, with the blank after it. */
export function signWidth(entry: LegendEntry, medium: Medium): number {
  return medium.sign * (entry.kind === "line" ? 4 : 2);
}

/** Lays out a panel's legend in as many lines as it needs. */
export function legendPlaces(
  { legend = [] }: Panel,
  width: number,
  medium: Medium,
): readonly LegendPlace[] {
  let x = 0;
  let line = 0;
  return legend.map((entry) => {
    const needed = signWidth(entry, medium) + medium.textWidth(entry.name);
    if (x > 0 && x + needed > width) {
      x = 0;
      line++;
    }
    const place = { entry, x, line };
    x += needed + 2 * medium.sign;
    return place;
  });
}

/** How many lines of text are above a panel: its title, its legend, the y axis' label. */
export function headLines(panel: Panel, width: number, medium: Medium): number {
  const legend = legendPlaces(panel, width, medium).at(-1);
  return (panel.title === undefined ? 0 : 1) + (legend === undefined ? 0 : legend.line + 1) +
    (panel.ramp === undefined ? 0 : 1) +
    (panel.axes && panel.y.label !== undefined ? 1 : 0);
}

/** Where a ramp is in its line: from the end of its first number, so far. */
export function rampPlace({ low }: Ramp, medium: Medium): { x: number; width: number } {
  return { x: medium.textWidth(low) + medium.sign, width: 12 * medium.sign };
}

/** How high what is below a panel is: the axis, its tick labels, its label. */
function footHeight(panel: Panel, medium: Medium): number {
  if (!panel.axes) return 0;
  return (medium.name === "terminal" ? medium.line : medium.tick) +
    medium.line * (panel.x.label === undefined ? 1 : 2);
}

/** Lays out the panels of a chart in rows. */
export function framesOf(
  chart: Chart,
  margins: readonly Margins[],
  total: number,
  medium: Medium,
): Frames {
  const { panels } = chart;
  const { margin, gap } = medium;
  const least = panels.some(({ axes }) => axes) ? medium.least.axes : medium.least.bare;
  const room = Math.floor((total - 2 * margin + gap) / (least + gap));
  const columns = Math.max(1, Math.min(chart.columns, panels.length, room));
  const of = <T>(items: readonly T[], column: number): readonly T[] =>
    items.filter((_, i) => i % columns === column);
  const lefts: number[] = [];
  const rights: number[] = [];
  for (let column = 0; column < columns; column++) {
    lefts.push(Math.max(...of(margins, column).map(({ left }) => left)));
    rights.push(Math.max(...of(margins, column).map(({ right }) => right)));
  }
  const around = [...lefts, ...rights].reduce((sum, part) => sum + part, 0);
  const inner = (total - 2 * margin - around - (columns - 1) * gap) / columns;
  const across = Math.max(medium.across(inner), medium.across(medium.least.bare / 2));
  const sizes = panels.map((panel) => size(panel, chart, across, medium));
  const xs: number[] = [];
  let x = margin;
  for (let column = 0; column < columns; column++) {
    xs.push(x + lefts[column]);
    x += lefts[column] + Math.max(...of(sizes, column).map(({ width }) => width)) +
      rights[column] + gap;
  }
  let y = margin + (chart.title === undefined ? 0 : medium.line + medium.headGap);
  const between = medium.name === "page"
    ? gap / 2
    : panels.some(({ axes }) => axes)
    ? cell.height
    : 0;
  const frames: Frame[] = [];
  for (let row = 0; row < panels.length; row += columns) {
    const ofRow = panels.slice(row, row + columns);
    const sizesOfRow = sizes.slice(row, row + columns);
    const head = Math.max(...ofRow.map((panel, i) => {
      const lines = headLines(panel, sizesOfRow[i].width, medium);
      return lines === 0 ? 0 : lines * medium.line + medium.headGap;
    }));
    sizesOfRow.forEach((size, i) => frames.push({ x: xs[i], y: y + head, ...size }));
    y += head +
      Math.max(...ofRow.map((panel, i) => sizesOfRow[i].height + footHeight(panel, medium)));
    y += between;
  }
  return { frames, width: x - gap + margin, height: y - between + margin };
}

/** How large the inside of a panel is. */
function size(
  panel: Panel,
  chart: Chart,
  across: number,
  medium: Medium,
): { width: number; height: number } {
  const lines = headLines(panel, across, medium);
  const around = (lines === 0 ? 0 : lines * medium.line + medium.headGap) +
    footHeight(panel, medium) + 2 * medium.margin;
  const most = chart.height - around;
  const { aspect } = panel;
  const wanted = aspect === undefined ? most : Math.min(most, across * aspect);
  const height = Math.max(wanted, medium.line * 2);
  const width = aspect === undefined ? across : Math.min(across, height / aspect);
  return {
    width: rounded(width, across, panel.x, medium.across, medium.most.across),
    height: rounded(height, height, panel.y, medium.down, medium.most.down),
  };
}

/** A length as the medium can have it, and as much for each of an axis' names as for the others. */
function rounded(
  length: number,
  room: number,
  { names }: Axis,
  fit: (length: number) => number,
  most: number,
): number {
  if (names === undefined) return fit(length);
  const one = Math.min(most, length / names.length);
  // Where names have less than the smallest length each, they share what there is.
  return fit(one) === 0 ? fit(Math.min(length, room)) : fit(one) * names.length;
}
