/**
 * The graph of a computation in Graphviz' language.
 *
 * @module
 */
import type { TapeEdge, TapeFrame, TapeNode, Way } from "./node.ts";

/** Which way the computation goes on the page. */
export type Direction = "down" | "right";

/** Longer texts are cut. */
const longestLabel = 48;

const titleSize = 14;
const nodeSize = 13;

/** How wide a character is for its height, in a wide sans-serif: Graphviz reckons with a narrow one. */
const characterWidth = 0.64;

/** The inks of the two ways, and of values kept from the one for the other (Okabe and Ito, 2008). */
const inks = {
  forward: { line: "#0072b2", fill: "#e6f1f8" },
  backward: { line: "#d55e00", fill: "#fcebe0" },
  kept: { line: "#767676" },
} as const;

const space = "\u00a0";

const font = "Helvetica,Arial,sans-serif";

/** The graph as the text of a Graphviz program; values that are kept for the way back are dashed. */
export function tapeDot(
  nodes: readonly TapeNode[],
  title: string | undefined,
  direction: Direction,
): string {
  const [nodeLines, edgeLines] = [inFrames(nodes), edgesOf(nodes)];
  return [
    "digraph {",
    `graph [rankdir=${direction === "down" ? "TB" : "LR"} bgcolor=white fontname="${font}"`,
    `  labelloc=t labeljust=l fontsize=${titleSize} ranksep=0.35 nodesep=0.3 pad=0.15 label=<${
      heading(nodes, title)
    }>];`,
    `node [fontname="${font}" fontsize=${nodeSize} height=0.3 margin="0.12,0.05" fontcolor="#222222"];`,
    `edge [fontname="${font}" fontsize=10 arrowsize=0.6];`,
    ...nodeLines,
    ...edgeLines,
    "}",
  ].join("\n");
}

/** The title, and below it what the colours say, where there are two. */
function heading(nodes: readonly TapeNode[], title: string | undefined): string {
  const rows: string[] = [];
  if (title !== undefined) {
    // As wide as a wide font needs it.
    const width = Math.ceil(characterWidth * titleSize * title.length);
    rows.push(`<td align="left" width="${width}"><b>${markup(title)}</b></td>`);
  }
  if (nodes.some(({ way }) => way === "backward")) {
    const entry = (ink: keyof typeof inks, text: string) =>
      `<font color="${inks[ink].line}" point-size="11">${text}</font>`;
    const entries = [
      entry("forward", "━ forward"),
      entry("backward", "━ backward"),
      entry("kept", "╍ kept for the way back"),
    ];
    rows.push(`<td align="left">${entries.join("&#160;&#160;&#160;&#160;")}</td>`);
  }
  if (rows.length === 0) return "";
  const lines = rows.map((row) => `<tr>${row}</tr>`).join("");
  return `<table border="0" cellborder="0" cellspacing="0">${lines}</table>`;
}

/** The nodes, those of a frame together. */
function inFrames(nodes: readonly TapeNode[]): readonly string[] {
  let frames = 0;
  const within = (parent: TapeFrame | undefined): readonly string[] => {
    const lines: string[] = [];
    const seen = new Set<TapeFrame>();
    for (const [i, node] of nodes.entries()) {
      if (node.frame === parent) {
        lines.push(nodeLine(i, node));
        continue;
      }
      const frame = childOf(parent, node.frame);
      if (frame === undefined || seen.has(frame)) continue;
      seen.add(frame);
      lines.push(
        `subgraph cluster_${frames++} {`,
        `label=${
          quoted(`${space}${frame.label}`)
        }; labeljust=l; style="rounded,dashed"; fontsize=11;`,
        `color="${inks[frame.way].line}"; fontcolor="${inks[frame.way].line}";`,
        ...within(frame),
        "}",
      );
    }
    return lines;
  };
  return within(undefined);
}

/** The frame right inside `parent` that `frame` is in; `undefined` if there is none. */
function childOf(parent: TapeFrame | undefined, frame: TapeFrame | undefined) {
  while (frame !== undefined && frame.parent !== parent) frame = frame.parent;
  return frame;
}

function nodeLine(i: number, { kind, way, label }: TapeNode): string {
  const { line, fill } = inks[way];
  const looks = {
    input: `shape=box style="filled" fillcolor=white color="${line}" penwidth=1.5`,
    captured: `shape=note style="filled" fillcolor=white color="${line}"`,
    equation: `shape=box style="rounded,filled" fillcolor="${fill}" color="${line}"`,
    result: `shape=box style="rounded,filled" fillcolor="${line}" color="${line}" fontcolor=white`,
  };
  const text = cut(label);
  const width = (text.length * characterWidth * nodeSize / 72 + 0.2).toFixed(2);
  return `n${i} [label=${quoted(text)} width=${width} id="node${i}" class="${kind} ${way}" ${
    looks[kind]
  }];`;
}

function edgesOf(nodes: readonly TapeNode[]): readonly string[] {
  return nodes.flatMap((node, to) => {
    const lines = node.edges.map((edge) => edgeLine(edge, to, wayOf(nodes, edge, node.way)));
    // A value that is read twice, as in `a × a`, is one line.
    return [...new Set(lines)];
  });
}

function wayOf(nodes: readonly TapeNode[], { from }: TapeEdge, way: Way): keyof typeof inks {
  return way === "forward" || nodes[from].way === "backward" ? way : "kept";
}

function edgeLine({ from, label }: TapeEdge, to: number, ink: keyof typeof inks): string {
  const { line } = inks[ink];
  const dashes = ink === "kept" ? " style=dashed" : "";
  // Room on both sides, without which a wide font would lie on the line.
  const room = space.repeat(2 + label.length / 8);
  const text = label === "" ? "" : ` label=${quoted(room + label + room)}`;
  return `n${from} -> n${to} [class="${ink}" color="${line}" fontcolor="${line}"${dashes}${text}];`;
}

function cut(label: string): string {
  return label.length <= longestLabel ? label : `${label.slice(0, longestLabel - 1)}…`;
}

/** A text in quotes; Graphviz reads HTML's entities there, too. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("&", "&amp;")}"`;
}

/** A text inside a label with markup. */
function markup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
