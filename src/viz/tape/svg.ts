/**
 * Laying out a graph, by Graphviz.
 *
 * @module
 */

type Graphviz = Awaited<ReturnType<typeof import("@viz-js/viz")["instance"]>>;

let graphviz: Promise<Graphviz> | undefined;

/** Graphviz, which only who draws a graph loads. */
function loaded(): Promise<Graphviz> {
  return graphviz ??= import("@viz-js/viz").then(({ instance }) => instance());
}

/** A Graphviz program as SVG that can stand in a page: an element with a title, and no prolog. */
export async function layOut(dot: string, title: string): Promise<string> {
  const document = (await loaded()).renderString(dot, { format: "svg" });
  const svg = document.slice(document.indexOf("<svg"))
    .replaceAll(/<!--[^]*?-->\s*/g, "")
    // Graphviz writes its own names of nodes and edges there, which browsers show as tooltips.
    .replaceAll(/<title>[^<]*<\/title>\s*/g, "")
    .replaceAll(' xml:space="preserve"', "")
    .replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', ' role="img"');
  return svg.replace(/>/, `>\n<title>${escaped(title)}</title>`);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
