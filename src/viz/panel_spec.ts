/**
 * A panel as Vega's groups: scales, axes, marks (https://vega.github.io/vega/docs/specification/).
 *
 * @module
 */
import { axisSpec, namesSpec, scaleSpec } from "./axis_spec.ts";
import type { Axis, Panel, Ramp } from "./chart.ts";
import { type Frame, headLines, legendPlaces, rampPlace, signWidth } from "./frames.ts";
import { isBeyond, type Json, markName, markSpec, rows } from "./mark_spec.ts";
import { type Medium, oneLine } from "./medium.ts";
import { ink } from "./palette.ts";
import { pngUrl } from "./raster.ts";

/** A panel as a group at its frame. */
export function panelSpec(panel: Panel, name: string, frame: Frame, medium: Medium): Json {
  const { width, height } = frame;
  const axes: [string, Axis][] = [["x", panel.x], ["y", panel.y]];
  return {
    type: "group",
    name,
    aria: false,
    encode: {
      enter: {
        x: { value: frame.x },
        y: { value: frame.y },
        width: { value: width },
        height: { value: height },
      },
    },
    // Vega draws grids as long as these say.
    signals: [{ name: "width", value: width }, { name: "height", value: height }],
    data: panel.marks.map((mark, i) => ({ name: `${markName(i)}Rows`, values: rows(mark, panel) })),
    scales: [
      scaleSpec("x", panel.x, [0, width]),
      scaleSpec("y", panel.y, [height, 0]),
      ...axes.flatMap(([key, { names }]) => names === undefined ? [] : [namesSpec(key, names)]),
    ],
    axes: panel.axes
      ? [
        axisSpec("x", panel.x, width / 70, medium),
        axisSpec("y", panel.y, height / medium.rung, medium),
      ]
      : [],
    marks: [
      ...panel.marks.map((mark, i) => markSpec(mark, markName(i), isBeyond(mark, panel), medium)),
      ...head(panel, frame, medium),
      ...foot(panel, frame, medium),
    ],
  };
}

/** What is written and drawn above a panel. */
function head(panel: Panel, { width }: Frame, medium: Medium): Json[] {
  const lines = headLines(panel, width, medium);
  const at = (line: number): number => (line - lines + 0.5) * medium.line - medium.headGap;
  const first = panel.title === undefined ? 0 : 1;
  const legend = legendPlaces(panel, width, medium).flatMap(({ entry, x, line }) => {
    const y = at(first + line);
    const end = x + signWidth(entry, medium);
    return [
      sign(entry.kind, x, end - medium.sign, y, entry.look),
      text(entry.name, end, y, medium, { color: ink.text }),
    ];
  });
  const { ramp } = panel;
  const ramps = ramp === undefined
    ? []
    : rampMarks(ramp, at(lines - (panel.axes && panel.y.label !== undefined ? 2 : 1)), medium);
  const title = panel.title === undefined
    ? []
    : [text(panel.title, 0, at(0), medium, { color: ink.text, bold: panel.axes })];
  const label = !panel.axes || panel.y.label === undefined
    ? []
    : [text(panel.y.label, 0, at(lines - 1), medium, { color: ink.quiet })];
  return [...title, ...legend, ...ramps, ...label];
}

/** A row of colours, and the numbers at its ends. */
function rampMarks(ramp: Ramp, y: number, medium: Medium): Json[] {
  const { x, width } = rampPlace(ramp, medium);
  const image: Json = {
    type: "image",
    aria: false,
    encode: {
      enter: {
        x: { value: x },
        y: { value: y - medium.line / 4 },
        width: { value: width },
        height: { value: medium.line / 2 },
        aspect: { value: false },
        url: { value: medium.name === "page" ? pngUrl(ramp.raster) : "" },
      },
    },
  };
  return [
    text(ramp.low, 0, y, medium, { color: ink.text }),
    image,
    text(ramp.high, x + width + medium.sign, y, medium, { color: ink.text }),
  ];
}

/** The x axis' label. */
function foot({ axes, x }: Panel, { width, height }: Frame, medium: Medium): Json[] {
  if (!axes || x.label === undefined) return [];
  const above = (medium.name === "terminal" ? medium.line : medium.tick) + medium.line;
  return [
    text(x.label, width / 2, height + above + medium.line / 2, medium, {
      color: ink.quiet,
      align: "center",
    }),
  ];
}

/** A text at a place in pixels. */
export function text(
  words: string,
  x: number,
  y: number,
  medium: Medium,
  { color, bold = false, align = "left" }: { color: string; bold?: boolean; align?: string },
): Json {
  return {
    type: "text",
    aria: false,
    encode: {
      enter: {
        x: { value: x },
        y: { value: y },
        text: { value: oneLine(words) },
        align: { value: align },
        baseline: { value: "middle" },
        fill: { value: color },
        font: { value: "sans-serif" },
        fontSize: { value: bold ? medium.titleFont : medium.font },
        fontWeight: { value: bold ? "bold" : "normal" },
      },
    },
  };
}

/** What a series looks like, in a legend. */
function sign(
  kind: "line" | "points",
  x: number,
  end: number,
  y: number,
  look: { color: string; shape: string },
): Json {
  const place = { y: { value: y } };
  return kind === "line"
    ? {
      type: "rule",
      aria: false,
      encode: {
        enter: {
          ...place,
          x: { value: x },
          x2: { value: end },
          stroke: { value: look.color },
          strokeWidth: { value: 2.5 },
        },
      },
    }
    : {
      type: "symbol",
      aria: false,
      encode: {
        enter: {
          ...place,
          x: { value: (x + end) / 2 },
          shape: { value: look.shape },
          size: { value: 50 },
          fill: { value: look.color },
        },
      },
    };
}
