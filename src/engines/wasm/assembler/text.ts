/**
 * A module's text, in the format of the specification: what the bytes say, readable.
 *
 * @source https://webassembly.github.io/spec/core/text/index.html
 * @module
 */
import { instructionsText } from "./instructions_text.ts";
import { types, type ValueType } from "./opcodes.ts";
import { Reader } from "./reader.ts";

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

interface Import {
  readonly from: string;
  readonly name: string;
  /** A function's type; a memory's limits otherwise. */
  readonly what: Signature | string;
}

/** The text of a module that {@linkcode ModuleBuilder} made. */
export function moduleText(bytes: Uint8Array<ArrayBuffer>): string {
  const sections = sectionsOf(bytes);
  const list = <T>(id: number, read: (section: Reader) => T): T[] => {
    const section = sections.get(id);
    return section?.list(() => read(section)) ?? [];
  };
  const signatures = list(1, readSignature);
  const imports = list(2, (section) => readImport(section, signatures));
  const functions = list(3, (section) => signatures[section.unsigned()]);
  const exported = new Map(list(7, readExport));
  const imported = imports.filter(({ what }) => typeof what !== "string");
  const written = readNames(sections.get(0));
  const names = distinct([
    ...imported.map(({ name }) => name),
    ...functions.map((_, i) => written.get(imported.length + i) ?? "function"),
  ]);
  const lines = imports.map((own) => {
    const { from, name, what } = own;
    const item = typeof what === "string"
      ? `(memory ${what})`
      : `(func $${names[imported.indexOf(own)]}${typeText(what)})`;
    return `  (import ${JSON.stringify(from)} ${JSON.stringify(name)} ${item})`;
  });
  list(10, (section) => section.part()).forEach((body, i) => {
    const index = imported.length + i;
    const outside = exported.get(index);
    const head = `(func $${names[index]}${
      outside === undefined ? "" : ` (export ${JSON.stringify(outside)})`
    }${typeText(functions[i])}`;
    lines.push(`  ${head}`);
    const locals = body.list(() => {
      const count = body.unsigned();
      return Array<string>(count).fill(typeOf(body.byte()));
    }).flat();
    if (locals.length > 0) lines.push(`    (local ${locals.join(" ")})`);
    for (const line of instructionsText(body, names)) lines.push(`    ${line}`);
    lines.push("  )");
  });
  return `(module\n${lines.join("\n")}\n)\n`;
}

/** The sections by number; the one of names has the number 0. */
function sectionsOf(bytes: Uint8Array<ArrayBuffer>): ReadonlyMap<number, Reader> {
  const module = new Reader(bytes);
  module.all(8);
  const sections = new Map<number, Reader>();
  while (!module.done) sections.set(module.byte(), module.part());
  for (const id of sections.keys()) {
    if (![0, 1, 2, 3, 7, 10].includes(id)) throw new Error(`a module with the section ${id}`);
  }
  return sections;
}

function readSignature(section: Reader): Signature {
  section.byte();
  const types = () => section.list(() => typeOf(section.byte()));
  return { parameters: types(), results: types() };
}

function readImport(section: Reader, signatures: readonly Signature[]): Import {
  const [from, name] = [section.name(), section.name()];
  if (section.byte() === 0) return { from, name, what: signatures[section.unsigned()] };
  const flags = section.byte();
  const limits = [section.unsigned()];
  if (flags & 1) limits.push(section.unsigned());
  return { from, name, what: `${limits.join(" ")}${flags & 2 ? " shared" : ""}` };
}

function readExport(section: Reader): [index: number, name: string] {
  const name = section.name();
  section.byte();
  return [section.unsigned(), name];
}

/** Names of functions, by their numbers. */
function readNames(section: Reader | undefined): ReadonlyMap<number, string> {
  if (section === undefined) return new Map();
  section.name();
  section.byte();
  const names = section.part();
  return new Map(names.list(() => [names.unsigned(), names.name()]));
}

/** Names as the format allows them, each only once. */
function distinct(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const legal = name.replaceAll(/[^\w!#$%&'*+\-./:<=>?@\\^`|~]/g, "_");
    let free = legal;
    for (let i = 1; taken.has(free); i++) free = `${legal}_${i}`;
    taken.add(free);
    return free;
  });
}

function typeOf(byte: number): ValueType {
  const found = Object.entries(types).find(([, code]) => code === byte);
  if (found === undefined) throw new Error(`a value of the type ${byte}`);
  return found[0] as ValueType;
}

function typeText({ parameters, results }: Signature): string {
  const part = (name: string, types: readonly ValueType[]) =>
    types.length === 0 ? "" : ` (${name} ${types.join(" ")})`;
  return part("param", parameters) + part("result", results);
}
