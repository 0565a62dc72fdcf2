/**
 * A panel as Vega's groups: scales, axes, marks (https://vega.github.io/vega/docs/specification/).
 *
 * @module
 */
import type { Axis, Mark, Panel, Ramp } from "./chart.ts";
import { type Frame, headLines, legendPlaces, rampPlace, signWidth } from "./frames.ts";
import { type Medium, oneLine } from "./medium.ts";
import { ink } from "./palette.ts";
import { pngUrl } from "./raster.ts";

/** A part of a Vega specification: plain data. */
export type Json = { readonly [key: string]: unknown };

/** The name of a panel's mark in its group. */
export function markName(mark: number): string {
  return `mark${mark}`;
}

/** A panel as a group at its frame. */
export function panelSpec(panel: Panel, name: string, frame: Frame, medium: Medium): Json {
  const { width, height } = frame;
  const named = ([key, { names }]: [string, Axis]): Json[] =>
    names === undefined ? [] : [{
      name: `${key}Names`,
      type: "ordinal",
      domain: names.map((_, i) => i),
      range: names.map((text) => oneLine(text, longestName)),
    }];
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
      scale("x", panel.x, [0, width]),
      scale("y", panel.y, [height, 0]),
      ...axes.flatMap(named),
    ],
    axes: panel.axes
      ? [axis("x", panel.x, width / 70, medium), axis("y", panel.y, height / medium.rung, medium)]
      : [],
    marks: [
      ...panel.marks.map((mark, i) => markSpec(mark, markName(i), isBeyond(mark, panel), medium)),
      ...head(panel, frame, medium),
      ...foot(panel, frame, medium),
    ],
  };
}

/** How many characters of a name on an axis are written. */
const longestName = 24;

function scale(name: string, { scale: type, domain, nice }: Axis, range: number[]): Json {
  return { name, type, domain, nice, range, zero: false };
}

function axis(name: string, axis: Axis, ticks: number, medium: Medium): Json {
  const { scale: type, domain, names, grid, whole } = axis;
  const greatest = Math.max(...domain.map(Math.abs));
  const format = type === "log"
    ? "~g"
    : greatest >= 1e5
    ? "~s"
    : greatest < 1e-3
    ? "~e"
    : undefined;
  const label = names !== undefined
    ? { scale: `${name}Names`, field: "value" }
    : format === "~e"
    ? { signal: "datum.value === 0 ? '0' : datum.label" }
    : undefined;
  const isTerminal = medium.name === "terminal";
  const count = Math.max(3, Math.round(ticks));
  const powers = type === "log" ? powersOfTen(axis, count) : [];
  return {
    scale: name,
    orient: name === "x" ? "bottom" : "left",
    aria: false,
    grid: grid && !isTerminal,
    gridColor: ink.grid,
    domainColor: ink.line,
    tickColor: ink.line,
    ticks: names === undefined,
    tickRound: false,
    tickSize: medium.tick / 2,
    labelPadding: medium.tick / 2,
    labelColor: ink.text,
    labelFont: "sans-serif",
    labelFontSize: isTerminal ? medium.font : medium.font - 1,
    labelOverlap: type === "log" || isTerminal ? "greedy" : "parity",
    labelSeparation: isTerminal && name === "x" ? medium.tick : isTerminal ? 0 : 4,
    labelFlush: false,
    ...(names === undefined
      ? {
        ...(powers.length < 3 ? { tickCount: count } : { values: powers }),
        ...(whole === true ? { tickMinStep: 1 } : {}),
        ...(format === undefined ? {} : { format }),
      }
      : { values: names.map((_, i) => i) }),
    ...(label === undefined ? {} : { encode: { labels: { update: { text: label } } } }),
  };
}

/** The powers of ten on a logarithmic axis, or every so many of them, so that there are few. */
function powersOfTen({ domain, nice }: Axis, most: number): readonly number[] {
  const [least, greatest] = domain.map(Math.log10);
  // The scale goes on to the next powers where it may.
  const first = nice ? Math.floor(least) : Math.ceil(least - 1e-9);
  const last = nice ? Math.ceil(greatest) : Math.floor(greatest + 1e-9);
  const step = Math.max(1, Math.ceil((last - first) / most));
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  return Array.from({ length: count }, (_, i) => Number(`1e${first + i * step}`));
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

/** The rows of a mark's table. */
function rows(mark: Mark, { x, y }: Panel): readonly Json[] {
  const fits = (value: number, { scale }: Axis): boolean =>
    Number.isFinite(value) && (scale === "linear" || value > 0);
  switch (mark.mark) {
    case "line":
      return mark.x.map((at, i) => {
        const ok = fits(at, x) && fits(mark.y[i], y);
        return ok ? { x: at, y: mark.y[i], ok } : { x: x.domain[0], y: y.domain[0], ok };
      });
    case "points":
      return mark.x.map((at, i) => ({ x: at, y: mark.y[i] }))
        .filter((point) => fits(point.x, x) && fits(point.y, y));
    case "band":
      return mark.x.map((at, i) => {
        const ok = fits(at, x) && fits(mark.low[i], y) && fits(mark.high[i], y);
        const [least] = y.domain;
        return ok
          ? { x: at, y: mark.high[i], y2: mark.low[i], ok }
          : { x: x.domain[0], y: least, y2: least, ok };
      });
    case "bars":
      return mark.bars.map((bar) => ({
        x: bar.x[0],
        x2: bar.x[1],
        y: bar.y[1],
        y2: bar.y[0],
        color: bar.color ?? mark.look.color,
      }));
    case "rule":
      return [{ x: mark.x ?? 0, y: mark.y ?? 0 }];
    case "words":
      return mark.words.map((word) => ({
        ...word,
        text: oneLine(word.text),
        color: word.color ?? ink.text,
      }));
    case "pixels":
      return [{ x: mark.x[0], x2: mark.x[1], y: mark.y[1], y2: mark.y[0] }];
  }
}

/** Whether some of a mark lies outside of the panel. */
function isBeyond(mark: Mark, panel: Panel): boolean {
  const outside = (value: unknown, { domain: [least, greatest] }: Axis): boolean =>
    typeof value === "number" && (value < least || value > greatest);
  return rows(mark, panel).some(({ x, x2, y, y2 }) =>
    [x, x2].some((value) => outside(value, panel.x)) ||
    [y, y2].some((value) => outside(value, panel.y))
  );
}

/** A mark, with its look. */
function markSpec(mark: Mark, name: string, clip: boolean, medium: Medium): Json {
  const spec = (type: string, channels: Json): Json => ({
    type,
    name,
    aria: false,
    clip,
    from: { data: `${name}Rows` },
    encode: { enter: channels },
  });
  const at = (key: string): Json => ({ scale: key[0], field: key });
  const [x, x2, y, y2] = [at("x"), at("x2"), at("y"), at("y2")];
  switch (mark.mark) {
    case "line":
      return spec("line", {
        x,
        y,
        defined: { field: "ok" },
        stroke: { value: mark.look.color },
        strokeWidth: { value: mark.width ?? 2 },
        strokeJoin: { value: "round" },
        ...(mark.dashed === true ? { strokeDash: { value: [6, 4] } } : {}),
      });
    case "points":
      return spec("symbol", {
        x,
        y,
        shape: { value: mark.look.shape },
        size: { value: mark.size ?? 36 },
        fill: { value: mark.look.color },
        stroke: { value: "white" },
        strokeWidth: { value: 0.7 },
      });
    case "band":
      return spec("area", {
        x,
        y,
        y2,
        defined: { field: "ok" },
        fill: { value: mark.look.color },
        fillOpacity: { value: 0.18 },
      });
    case "bars":
      return spec("rect", { x, x2, y, y2, fill: { field: "color" } });
    case "rule":
      return spec("rule", {
        ...(mark.x === undefined ? { x: { value: 0 }, x2: { field: { group: "width" } } } : { x }),
        ...(mark.y === undefined ? { y: { value: 0 }, y2: { field: { group: "height" } } } : { y }),
        stroke: { value: ink.quiet },
        strokeDash: { value: [4, 4] },
      });
    case "words":
      return spec("text", {
        x,
        y,
        text: { field: "text" },
        fill: { field: "color" },
        align: { value: mark.align },
        baseline: { value: "middle" },
        font: { value: "sans-serif" },
        fontSize: { value: medium.font },
      });
    case "pixels":
      return spec("image", {
        x,
        x2,
        y,
        y2,
        aspect: { value: false },
        smooth: { value: mark.smooth },
        url: { value: medium.name === "page" ? pngUrl(mark.raster) : "" },
      });
  }
}
