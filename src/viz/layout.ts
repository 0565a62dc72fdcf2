/**
 * A chart laid out by Vega (https://vega.github.io/vega), which needs neither a page nor a canvas.
 *
 * @module
 */
import { parse, type Spec, View } from "vega";
import type { Chart } from "./chart.ts";
import { type Frames, framesOf, type Margins } from "./frames.ts";
import type { Medium } from "./medium.ts";
import { ink } from "./palette.ts";
import type { Json } from "./mark_spec.ts";
import { panelSpec, text } from "./panel_spec.ts";

/** An item of a scene graph: what Vega has made of a mark's row, or a group of marks. */
export interface Item {
  readonly x?: number;
  readonly y?: number;
  readonly x2?: number;
  readonly y2?: number;
  readonly width?: number;
  readonly height?: number;
  readonly defined?: boolean;
  readonly opacity?: number;
  readonly text?: string;
  readonly align?: string;
  readonly fill?: string;
  readonly orient?: string;
  /** The marks of a group. */
  readonly items?: readonly Drawn[];
}

/** A mark of a scene graph. */
export interface Drawn {
  readonly marktype: string;
  readonly role?: string;
  readonly name?: string;
  readonly items: readonly Item[];
}

/** A chart that has been laid out. */
export interface Layout extends Frames {
  /** The groups of the panels, in their order. */
  readonly panels: readonly Item[];
  /** The chart as an SVG document. */
  readonly svg: () => Promise<string>;
}

/** Lays out a chart for a medium in a width, in pixels. */
export function layOut(chart: Chart, total: number, medium: Medium): Layout {
  let margins: readonly Margins[] = chart.panels.map(() => ({ left: 40, right: 8 }));
  let layout = run(chart, framesOf(chart, margins, total, medium), medium);
  // Which labels there are depends on the room for them, and the room on the labels.
  for (let pass = 0; pass < 3; pass++) {
    const needed = layout.panels.map((panel) => marginsOf(panel, medium));
    if (
      needed.every(({ left, right }, i) => left === margins[i].left && right === margins[i].right)
    ) {
      break;
    }
    margins = needed;
    layout = run(chart, framesOf(chart, margins, total, medium), medium);
  }
  return layout;
}

function run(chart: Chart, frames: Frames, medium: Medium): Layout {
  const view = new View(parse(specOf(chart, frames, medium)), { renderer: "none" }).run();
  const { root } = view.scenegraph() as unknown as { root: Drawn };
  const marks = root.items[0].items ?? [];
  const panels = chart.panels.map((_, i) =>
    marks.find(({ name }) => name === panelName(i))?.items[0] ?? {}
  );
  return { ...frames, panels, svg: () => view.toSVG() };
}

function panelName(panel: number): string {
  return `panel${panel}`;
}

function specOf(chart: Chart, { frames, width, height }: Frames, medium: Medium): Spec {
  const title: Json[] = chart.title === undefined ? [] : [
    text(chart.title, medium.margin, medium.margin + medium.line / 2, medium, {
      color: ink.text,
      bold: true,
    }),
  ];
  const spec: Json = {
    background: "white",
    padding: 0,
    autosize: "none",
    width,
    height,
    marks: [
      ...title,
      ...chart.panels.map((panel, i) => panelSpec(panel, panelName(i), frames[i], medium)),
    ],
  };
  return spec as Spec;
}

/** What the labels of a panel's axes take. */
function marginsOf(panel: Item, medium: Medium): Margins {
  const margins = { left: 0, right: 0 };
  for (const { orient, labels } of axesOf(panel)) {
    if (orient === "left") {
      const widest = Math.max(0, ...labels.map((label) => medium.textWidth(label.text ?? "")));
      margins.left = Math.ceil(widest) + medium.tick;
    } else {
      const beyond = labels.map((label) =>
        (label.x ?? 0) + medium.textWidth(label.text ?? "") / 2 - (panel.width ?? 0)
      );
      margins.right = Math.max(0, ...beyond.map(Math.ceil));
    }
  }
  return margins;
}

/** An axis of a panel. */
interface DrawnAxis {
  readonly orient: string;
  readonly ticks: readonly Item[];
  readonly labels: readonly Item[];
}

/** The axes of a panel with what of them is shown. */
export function axesOf(panel: Item): readonly DrawnAxis[] {
  const axes = (panel.items ?? []).filter(({ role }) => role === "axis");
  return axes.flatMap(({ items }) => items).map(({ orient = "", items = [] }) => {
    const of = (wanted: string): readonly Item[] =>
      items.filter(({ role }) => role === wanted).flatMap(({ items }) => items)
        .filter(({ opacity = 1 }) => opacity > 0);
    return { orient, ticks: of("axis-tick"), labels: of("axis-label") };
  });
}
