/** A strict reader of XML, for what is written as SVG and HTML. */

/** An element, or a text between elements. */
export type XmlNode = XmlElement | string;

/** An element. */
export interface XmlElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

const name = "[A-Za-z_][\\w:.-]*";
const tokens = new RegExp(
  `<(${name})((?:\\s+${name}="[^"<]*")*)\\s*(/?)>|</(${name})>|([^<]+)`,
  "y",
);
const attribute = new RegExp(`(${name})="([^"]*)"`, "g");
const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
};

/** The one element that a text is. @throws {Error} Where it is not well-formed. */
export function parseXml(text: string): XmlElement {
  const wrong = text.match(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  if (wrong !== null) throw new Error(`no character of XML: ${wrong[0].codePointAt(0)}`);
  const root: XmlNode[] = [];
  const open: { tag: string; children: XmlNode[] }[] = [{ tag: "", children: root }];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < text.length) {
    const at = tokens.lastIndex;
    const match = tokens.exec(text);
    if (match === null) throw new Error(`not XML: ${text.slice(at, at + 60)}`);
    const [, tag, written, empty, close, characters] = match;
    const inner = open[open.length - 1];
    if (characters !== undefined) inner.children.push(decoded(characters));
    else if (close !== undefined) {
      if (open.pop()!.tag !== close) throw new Error(`</${close}> closes <${inner.tag}>`);
    } else {
      const attributes: Record<string, string> = {};
      for (const [, key, value] of written.matchAll(attribute)) {
        if (key in attributes) throw new Error(`<${tag}> has ${key} twice`);
        attributes[key] = decoded(value);
      }
      const element = { tag, attributes, children: [] as XmlNode[] };
      inner.children.push(element);
      if (empty === "") open.push(element);
    }
  }
  if (open.length > 1) throw new Error(`<${open[open.length - 1].tag}> is not closed`);
  const elements = root.filter((node) => typeof node !== "string" || node.trim() !== "");
  if (elements.length !== 1 || typeof elements[0] === "string") {
    throw new Error("a document is one element");
  }
  return elements[0];
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d+);|\w+;|)/g, (entity, code?: string) => {
    if (code !== undefined) return String.fromCodePoint(Number(code));
    if (!(entity in entities)) throw new Error(`${entity} is no entity`);
    return entities[entity];
  });
}

/** An element and all elements in it. */
export function elementsIn(element: XmlElement): readonly XmlElement[] {
  return [
    element,
    ...element.children.flatMap((child) => typeof child === "string" ? [] : elementsIn(child)),
  ];
}

/** The text in an element. */
export function textIn(node: XmlNode): string {
  return typeof node === "string" ? node : node.children.map(textIn).join("");
}
