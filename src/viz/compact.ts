/**
 * Vega's SVG with less in it.
 *
 * @module
 */

/** Attributes that hold numbers. */
const numeric = / (?:d|transform|x|y|x1|y1|x2|y2|width|height)="[^"]*"/g;

/**
 * Leaves out what cannot be seen, and rounds numbers to a hundredth of a pixel. Names of clips are made
 * to depend on all of the document, so that two documents in one page do not take each other's.
 */
export function compactSvg(svg: string): string {
  const compact = svg.replace(/<[^>]*>/g, compactTag).replace(/<g><\/g>/g, "");
  const name = hash(compact);
  return compact.replace(/<[^>]*>/g, (tag) => tag.replace(/(id="|url\(#)(clip)/g, `$1${name}$2`));
}

function compactTag(tag: string): string {
  if (/^<path class="(?:background|foreground)"(?!.* (?:fill|stroke)=)/.test(tag)) return "";
  return tag
    .replace(/ (?:class|aria-[a-z]+|role|opacity|pointer-events|font-weight)="[^"]*"/g, keep)
    .replace(
      numeric,
      (attribute) =>
        attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => `${round(Number(number))}`),
    );
}

/** Keeps the attributes that change what is seen. */
function keep(attribute: string): string {
  return / opacity="(?!1")| font-weight="bold"/.test(attribute) ? attribute : "";
}

function round(number: number): number {
  // Adding 0 makes 0 of -0.
  return Math.round(number * 100) / 100 + 0;
}

/** A name of six letters and digits for a text (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv). */
function hash(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return `k${(h >>> 0).toString(36)}`;
}
