/**
 * A WebAssembly module under construction.
 *
 * @module
 */
import { Bytes } from "./bytes.ts";
import { type Callee, Code } from "./code.ts";
import { types, type ValueType } from "./opcodes.ts";

/** The memory that a module works in, imported as `env.memory`. */
export interface MemoryLimits {
  /** Pages of 64 KiB. */
  readonly pages: number;
  /** The most pages; needed where it is shared. */
  readonly maximum?: number;
  /** Whether threads share it. */
  readonly shared?: boolean;
}

interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** Puts functions together into a module. Imports come first: they are numbered before functions. */
export class ModuleBuilder {
  readonly #signatures: string[] = [];
  readonly #signatureBytes: Uint8Array[] = [];
  readonly #imports: { name: string; signature: number }[] = [];
  readonly #functions: { signature: number; code: Code | undefined; name: string }[] = [];
  readonly #exports: { name: string; index: number }[] = [];
  readonly #memory: MemoryLimits;

  constructor(memory: MemoryLimits) {
    this.#memory = memory;
  }

  /** A function of the host, imported as `env.<name>`. */
  import(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[] = [],
  ): Callee {
    if (this.#functions.length > 0) throw new Error("imports come before functions");
    this.#imports.push({ name, signature: this.#signature({ parameters, results }) });
    return { index: this.#imports.length - 1 };
  }

  /** A function; `body` writes its instructions. */
  function(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
    body: (code: Code) => void,
  ): Callee {
    const callee = this.declare(name, parameters, results);
    callee.define(body);
    return callee;
  }

  /** A function whose body comes later. */
  declare(
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[] = [],
  ): Callee & { define(body: (code: Code) => void): void } {
    const entry: { signature: number; code: Code | undefined; name: string } = {
      signature: this.#signature({ parameters, results }),
      code: undefined,
      name,
    };
    this.#functions.push(entry);
    return {
      index: this.#imports.length + this.#functions.length - 1,
      define: (body) => {
        entry.code = new Code(parameters);
        body(entry.code);
      },
    };
  }

  /** Makes a function callable from outside. */
  export(name: string, { index }: Callee): void {
    this.#exports.push({ name, index });
  }

  /** The module's bytes. */
  encode(): Uint8Array<ArrayBuffer> {
    const out = new Bytes();
    out.all([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    this.#section(out, 1, this.#signatureBytes, (section, bytes) => section.all(bytes));
    section(out, 2, (body) => {
      body.unsigned(this.#imports.length + 1);
      for (const { name, signature } of this.#imports) {
        body.name("env");
        body.name(name);
        body.byte(0);
        body.unsigned(signature);
      }
      body.name("env");
      body.name("memory");
      body.byte(2);
      const { pages, maximum, shared = false } = this.#memory;
      body.byte((maximum === undefined ? 0 : 1) | (shared ? 2 : 0));
      body.unsigned(pages);
      if (maximum !== undefined) body.unsigned(maximum);
    });
    this.#section(out, 3, this.#functions, (body, { signature }) => body.unsigned(signature));
    this.#section(out, 7, this.#exports, (body, { name, index }) => {
      body.name(name);
      body.byte(0);
      body.unsigned(index);
    });
    this.#section(out, 10, this.#functions, (body, { code, name }) => {
      if (code === undefined) throw new Error(`function ${name} has no body`);
      body.sized(code.encode());
    });
    section(out, 0, (body) => {
      body.name("name");
      section(body, 1, (names) => {
        names.unsigned(this.#functions.length);
        for (const [i, { name }] of this.#functions.entries()) {
          names.unsigned(this.#imports.length + i);
          names.name(name);
        }
      });
    });
    return out.bytes.slice();
  }

  #section<T>(
    out: Bytes,
    id: number,
    items: readonly T[],
    write: (body: Bytes, item: T) => void,
  ): void {
    section(out, id, (body) => {
      body.unsigned(items.length);
      for (const item of items) write(body, item);
    });
  }

  #signature({ parameters, results }: Signature): number {
    const key = `${parameters}:${results}`;
    const known = this.#signatures.indexOf(key);
    if (known >= 0) return known;
    const bytes = new Bytes();
    bytes.byte(0x60);
    bytes.sized(parameters.map((type) => types[type]));
    bytes.sized(results.map((type) => types[type]));
    this.#signatureBytes.push(bytes.bytes.slice());
    return this.#signatures.push(key) - 1;
  }
}

function section(out: Bytes, id: number, write: (body: Bytes) => void): void {
  const body = new Bytes();
  write(body);
  out.byte(id);
  out.sized(body.bytes);
}
