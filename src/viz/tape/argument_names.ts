/**
 * What the arguments of a function are called.
 *
 * @module
 */

/** A plain identifier. */
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * The names of a function's parameters, as far as they can be read off its source: a parameter that
 * is taken apart, as in `({ w, b }) => …`, has none, nor has one of a function that wraps another.
 */
export function argumentNames(
  f: (...args: never[]) => unknown,
): readonly (string | undefined)[] {
  const source = Function.prototype.toString.call(f);
  const head = /^(?:async\s+)?(?:[^(=]*\(|(?=[^\s(=]+\s*=>))/.exec(source);
  if (head === null) return [];
  const names: (string | undefined)[] = [];
  let [depth, text] = [0, ""];
  const end = () => {
    const [name] = text.split("=");
    if (text.trim() !== "") names.push(identifier.test(name.trim()) ? name.trim() : undefined);
    text = "";
  };
  for (const character of source.slice(head[0].length)) {
    if (depth === 0 && (character === ")" || (character === "=" && !head[0].endsWith("(")))) break;
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) depth--;
    if (depth === 0 && character === ",") end();
    else text += character;
  }
  end();
  return names;
}
