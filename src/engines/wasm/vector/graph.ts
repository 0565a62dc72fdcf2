/**
 * Straight-line vector code as a graph of values: equal values are computed once, and constants are
 * kept in variables, set before the loop that the code is in.
 *
 * @module
 */
import type { Code, Local } from "../assembler/code.ts";
import type { Lane, Plain } from "../assembler/opcodes.ts";

/** A vector of 16 bytes that the code computes. */
export interface Value {
  readonly id: number;
}

interface Node {
  /** Writes the instructions that put the value on the stack; `push` writes those of an operand. */
  readonly write: (code: Code, push: (operand: Value) => void) => void;
  readonly operands: readonly Value[];
  /** Set for constants: the bytes. */
  readonly bytes?: Uint8Array;
}

/** The kinds of lanes that a constant is repeated in. */
export type LaneKind = "f32" | "f64" | "i32" | "i64";

/** Values, and how they are computed from each other. */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly #known = new Map<string, Value>();

  /** The same number in all lanes. */
  constant(kind: LaneKind, value: number | bigint): Value {
    return this.vector(repeated(kind, value));
  }

  /** A vector of known bytes. */
  vector(bytes: Uint8Array): Value {
    return this.#value(`constant ${bytes}`, [], (code) => code.v128(bytes), bytes);
  }

  /** The words of 32 bits of a value that is a constant. */
  constantOf({ id }: Value): Uint32Array | undefined {
    const { bytes } = this.#nodes[id];
    return bytes === undefined ? undefined : new Uint32Array(bytes.buffer, bytes.byteOffset, 4);
  }

  /** A value that comes from elsewhere, told apart by its key: a load, a variable. */
  leaf(key: string, write: (code: Code) => void): Value {
    return this.#value(`leaf ${key}`, [], write);
  }

  /** An instruction on vectors alone. */
  apply(instruction: Plain, ...operands: readonly Value[]): Value {
    return this.#value(instruction, operands, (code, push) => {
      operands.forEach(push);
      code.op(instruction);
    });
  }

  /** A shift of all lanes by the same number of bits. */
  shift(instruction: Plain, operand: Value, bits: number): Value {
    return this.#value(`${instruction} ${bits}`, [operand], (code, push) => {
      push(operand);
      code.i32(bits);
      code.op(instruction);
    });
  }

  /** Bytes chosen from two vectors. */
  shuffle(a: Value, b: Value, bytes: readonly number[]): Value {
    return this.#value(`shuffle ${bytes}`, [a, b], (code, push) => {
      push(a);
      push(b);
      code.shuffle(bytes);
    });
  }

  /**
   * Lane by lane by scalar instructions: `body` takes the lanes of the operands, which lie on the
   * stack in order, and leaves one.
   */
  perLane(
    key: string,
    lanes: number,
    extract: Lane,
    replace: Lane,
    operands: readonly Value[],
    body: (code: Code) => void,
  ): Value {
    return this.#value(`lanes ${key}`, operands, (code, push) => {
      const [result, ...held] = [code.local("v128"), ...operands.map(() => code.local("v128"))];
      for (const [i, operand] of operands.entries()) {
        push(operand);
        code.set(held[i]);
      }
      for (let lane = 0; lane < lanes; lane++) {
        code.get(lane === 0 ? held[0] : result);
        for (const local of held) {
          code.get(local);
          code.lane(extract, lane);
        }
        body(code);
        code.lane(replace, lane);
        code.set(result);
      }
      code.get(result);
      code.release(result, ...held);
    });
  }

  /** Instructions of any kind on values: takes the operands off the stack, leaves one vector. */
  custom(
    key: string,
    operands: readonly Value[],
    body: (code: Code) => void,
  ): Value {
    return this.#value(`custom ${key}`, operands, (code, push) => {
      operands.forEach(push);
      body(code);
    });
  }

  /**
   * Prepares to write some values: keeps the constants that they need in variables, set here. What
   * it gives writes the values, in one pass through a loop's body.
   */
  writer(code: Code, roots: readonly Value[]): Writer {
    const uses = new Map<number, number>();
    const visit = ({ id }: Value): void => {
      const count = uses.get(id) ?? 0;
      uses.set(id, count + 1);
      if (count === 0) this.#nodes[id].operands.forEach(visit);
    };
    roots.forEach(visit);
    const constants = new Map<number, Local>();
    for (const id of uses.keys()) {
      const { bytes } = this.#nodes[id];
      if (bytes === undefined) continue;
      const local = code.local("v128");
      code.v128(bytes);
      code.set(local);
      constants.set(id, local);
    }
    return new Writer(code, this.#nodes, uses, constants);
  }

  #value(key: string, operands: readonly Value[], write: Node["write"], bytes?: Uint8Array): Value {
    const full = `${key}(${operands.map(({ id }) => id)})`;
    const known = this.#known.get(full);
    if (known !== undefined) return known;
    const value = { id: this.#nodes.length };
    this.#nodes.push({ write, operands, bytes });
    this.#known.set(full, value);
    return value;
  }
}

/** Writes values into a loop's body. */
export class Writer {
  readonly #code: Code;
  readonly #nodes: readonly Node[];
  readonly #uses: ReadonlyMap<number, number>;
  readonly #constants: ReadonlyMap<number, Local>;
  readonly #computed = new Map<number, Local>();

  /** Made by {@linkcode Graph.writer}. */
  constructor(
    code: Code,
    nodes: readonly Node[],
    uses: ReadonlyMap<number, number>,
    constants: ReadonlyMap<number, Local>,
  ) {
    this.#code = code;
    this.#nodes = nodes;
    this.#uses = uses;
    this.#constants = constants;
  }

  /** Writes the instructions that put a value on the stack; one used again stays in a variable. */
  push(value: Value): void {
    const code = this.#code;
    const local = this.#constants.get(value.id) ?? this.#computed.get(value.id);
    if (local !== undefined) return code.get(local);
    const { write } = this.#nodes[value.id];
    write(code, (operand) => this.push(operand));
    if ((this.#uses.get(value.id) ?? 0) < 2) return;
    const kept = code.local("v128");
    code.tee(kept);
    this.#computed.set(value.id, kept);
  }

  /** Forgets what was computed, for writing the body again. */
  again(): void {
    this.#code.release(...this.#computed.values());
    this.#computed.clear();
  }

  /** Gives all variables back. */
  done(): void {
    this.again();
    this.#code.release(...this.#constants.values());
  }
}

function repeated(kind: LaneKind, value: number | bigint): Uint8Array {
  const array = kind === "f32"
    ? new Float32Array(4).fill(Number(value))
    : kind === "f64"
    ? new Float64Array(2).fill(Number(value))
    : kind === "i32"
    ? new Int32Array(4).fill(Number(value))
    : new BigInt64Array(2).fill(BigInt(value));
  return new Uint8Array(array.buffer);
}
