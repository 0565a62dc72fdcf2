/**
 * The body of a function, written instruction by instruction.
 *
 * @module
 */
import { Bytes } from "./bytes.ts";
import {
  type Access,
  control,
  type Lane,
  lane,
  type LaneAccess,
  laneMemory,
  memory,
  noResult,
  type Plain,
  plain,
  sixteen,
  types,
  type ValueType,
} from "./opcodes.ts";

/** A variable of a function. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** A place that a branch goes to: the end of a block, or the beginning of a loop. */
export interface Label {
  /** How many blocks enclose it. */
  readonly depth: number;
}

/** A function that can be called. */
export interface Callee {
  readonly index: number;
}

/** Writes instructions. What they mean is what the specification says: operands lie on a stack. */
export class Code {
  readonly #bytes = new Bytes();
  readonly #locals: ValueType[] = [];
  readonly #free = new Map<ValueType, Local[]>();
  readonly parameters: readonly Local[];
  #depth = 0;

  constructor(parameters: readonly ValueType[]) {
    this.parameters = parameters.map((type, index) => ({ index, type }));
  }

  /** A new variable; its value is 0 only when the function begins. */
  local(type: ValueType): Local {
    const free = this.#free.get(type)?.pop();
    if (free !== undefined) return free;
    const index = this.parameters.length + this.#locals.length;
    this.#locals.push(type);
    return { index, type };
  }

  /** Gives variables back, to be used again. */
  release(...locals: readonly Local[]): void {
    for (const local of locals) {
      const list = this.#free.get(local.type);
      if (list === undefined) this.#free.set(local.type, [local]);
      else list.push(local);
    }
  }

  /** Puts a variable's value on the stack. */
  get(local: Local): void {
    this.#op("local.get", local.index);
  }

  /** Takes a value off the stack into a variable. */
  set(local: Local): void {
    this.#op("local.set", local.index);
  }

  /** Puts the topmost value into a variable, and leaves it. */
  tee(local: Local): void {
    this.#op("local.tee", local.index);
  }

  /** A constant of 32 bits. */
  i32(value: number): void {
    this.#bytes.byte(control["i32.const"]);
    this.#bytes.signed(value);
  }

  /** A constant of 64 bits. */
  i64(value: bigint): void {
    this.#bytes.byte(control["i64.const"]);
    this.#bytes.signed64(value);
  }

  /** A constant. */
  f32(value: number): void {
    this.#bytes.byte(control["f32.const"]);
    this.#bytes.float32(value);
  }

  /** A constant. */
  f64(value: number): void {
    this.#bytes.byte(control["f64.const"]);
    this.#bytes.float64(value);
  }

  /** A constant of 16 bytes. Rematerialized each time inside loops: keep it in a local. */
  v128(bytes: ArrayLike<number>): void {
    this.#bytes.all(sixteen["v128.const"]);
    this.#bytes.all(bytes);
  }

  /** An instruction without immediates. */
  op(...instructions: readonly Plain[]): void {
    for (const instruction of instructions) this.#bytes.all(plain[instruction]);
  }

  /** A load or a store at the address on the stack plus `offset`. */
  access(instruction: Access, offset = 0, align?: number): void {
    const [code, natural] = memory[instruction];
    this.#bytes.all(code);
    this.#bytes.unsigned(align ?? natural);
    this.#bytes.unsigned(offset);
  }

  /** A load or a store of one lane at the address on the stack plus `offset`. */
  accessLane(instruction: LaneAccess, index: number, offset = 0, align?: number): void {
    const [code, natural] = laneMemory[instruction];
    this.#bytes.all(code);
    this.#bytes.unsigned(align ?? natural);
    this.#bytes.unsigned(offset);
    this.#bytes.byte(index);
  }

  /** An instruction on one lane. */
  lane(instruction: Lane, index: number): void {
    this.#bytes.all(lane[instruction]);
    this.#bytes.byte(index);
  }

  /** 16 bytes chosen from the 32 of two vectors. */
  shuffle(bytes: readonly number[]): void {
    this.#bytes.all(sixteen["i8x16.shuffle"]);
    this.#bytes.all(bytes);
  }

  /** Calls a function. */
  call(callee: Callee): void {
    this.#op("call", callee.index);
  }

  /** A block: a branch to its label leaves it. */
  block(body: (label: Label) => void): void {
    this.#nest("block", body);
  }

  /** A loop: a branch to its label begins it again; without one it ends. */
  loop(body: (label: Label) => void): void {
    this.#nest("loop", body);
  }

  /** A choice by the i32 on the stack. */
  if(then: (label: Label) => void, otherwise?: () => void): void {
    this.#nest("if", (label) => {
      then(label);
      if (otherwise === undefined) return;
      this.#bytes.byte(control.else);
      otherwise();
    });
  }

  /** Goes to a label. */
  br(label: Label): void {
    this.#op("br", this.#depth - label.depth);
  }

  /** Goes to a label if the i32 on the stack is not 0. */
  brIf(label: Label): void {
    this.#op("br_if", this.#depth - label.depth);
  }

  /**
   * A loop that counts a variable from `start` to before `end`, by `step`; bounds are constants or
   * variables. The body is entered only while the count is below the end.
   */
  count(
    counter: Local,
    start: number | Local,
    end: number | Local,
    step: number,
    body: () => void,
  ): void {
    const push = (bound: number | Local) =>
      typeof bound === "number" ? this.i32(bound) : this.get(bound);
    if (typeof start === "number" && typeof end === "number" && start >= end) return;
    push(start);
    this.set(counter);
    const known = typeof start === "number" && typeof end === "number";
    this.block((done) => {
      if (!known) {
        this.get(counter);
        push(end);
        this.op("i32.ge_s");
        this.brIf(done);
      }
      this.loop((again) => {
        body();
        this.get(counter);
        this.i32(step);
        this.op("i32.add");
        this.tee(counter);
        push(end);
        this.op("i32.lt_s");
        this.brIf(again);
      });
    });
  }

  /** The function's encoding: its variables and its instructions. */
  encode(): Uint8Array {
    const out = new Bytes();
    const runs: [type: ValueType, count: number][] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last !== undefined && last[0] === type) last[1]++;
      else runs.push([type, 1]);
    }
    out.unsigned(runs.length);
    for (const [type, count] of runs) {
      out.unsigned(count);
      out.byte(types[type]);
    }
    out.all(this.#bytes.bytes);
    out.byte(control.end);
    return out.bytes;
  }

  #op(instruction: keyof typeof control, immediate: number): void {
    this.#bytes.byte(control[instruction]);
    this.#bytes.unsigned(immediate);
  }

  #nest(instruction: "block" | "loop" | "if", body: (label: Label) => void): void {
    this.#bytes.byte(control[instruction]);
    this.#bytes.byte(noResult);
    this.#depth++;
    body({ depth: this.#depth });
    this.#depth--;
    this.#bytes.byte(control.end);
  }
}
