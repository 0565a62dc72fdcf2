/**
 * Marks as Vega's marks (https://vega.github.io/vega/docs/marks/).
 *
 * @module
 */
import type { Axis, Mark, Panel } from "./chart.ts";
import { type Medium, oneLine } from "./medium.ts";
import { ink } from "./palette.ts";
import { pngUrl } from "./raster.ts";

/** A part of a Vega specification: plain data. */
export type Json = { readonly [key: string]: unknown };

/** The name of a panel's mark in its group. */
export function markName(mark: number): string {
  return `mark${mark}`;
}

/** The rows of a mark's table. */
export function rows(mark: Mark, { x, y }: Panel): readonly Json[] {
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
export function isBeyond(mark: Mark, panel: Panel): boolean {
  const outside = (value: unknown, { domain: [least, greatest] }: Axis): boolean =>
    typeof value === "number" && (value < least || value > greatest);
  return rows(mark, panel).some(({ x, x2, y, y2 }) =>
    [x, x2].some((value) => outside(value, panel.x)) ||
    [y, y2].some((value) => outside(value, panel.y))
  );
}

/** A mark, with its look. */
export function markSpec(mark: Mark, name: string, clip: boolean, medium: Medium): Json {
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
