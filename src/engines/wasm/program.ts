/**
 * What a tape becomes before it is code: kernels over buffers.
 *
 * @module
 */
import type { Shape } from "../../shape/dim.ts";
import type { Params, Primitive } from "../../tape/primitive.ts";
import type { Source } from "../../tape/source.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Code } from "./assembler/code.ts";
import type { Functions } from "./contraction/functions.ts";
import type { Features } from "./vector/floats.ts";
import type { Affine, Buffer, Load, Symbolic } from "./symbolic.ts";

/** A value that is stored: at each index, where `to` says. */
export interface Store {
  readonly buffer: Buffer;
  readonly to: Affine;
  readonly value: Symbolic;
  /** Whether only its own loop reads it: then it stays in a register. */
  readonly temporary?: boolean;
  /** The user's line, where it is known. */
  readonly source?: Source;
}

/** Values computed element by element, all over one shape. */
export interface LoopKernel {
  readonly kind: "loop";
  readonly shape: Shape;
  readonly stores: readonly Store[];
}

/** How a reduction combines. */
export type Combine = "sum" | "prod" | "max" | "min";

/** A value combined along axes. */
export interface ReduceKernel {
  readonly kind: "reduce";
  /** The user's line, where it is known. */
  readonly source?: Source;
  readonly combine: Combine;
  readonly value: Symbolic;
  readonly axes: readonly number[];
  /** The result, contiguous, without these axes. */
  readonly buffer: Buffer;
  /** Whether the result is that of one row, again for each (see {@linkcode RowsKernel}). */
  readonly inRow?: boolean;
}

/** A kernel that goes over rows. */
export type RowPart = LoopKernel | ReduceKernel;

/** Kernels whose first axis counts the same rows: row by row, one after the other. */
export interface RowsKernel {
  readonly kind: "rows";
  readonly rows: number;
  readonly parts: readonly RowPart[];
}

/** Sums of products over pairs of axes. */
export interface ContractKernel {
  readonly kind: "contract";
  /** The user's line, where it is known. */
  readonly source?: Source;
  readonly left: Load;
  readonly right: Load;
  readonly contract: readonly [readonly number[], readonly number[]];
  readonly batch: readonly [readonly number[], readonly number[]];
  readonly buffer: Buffer;
  /**
   * What is computed from the result and elements beside it, over the result's rows and its columns,
   * which are the last axis.
   */
  readonly epilogue?: LoopKernel;
  /** Whether only the epilogue reads the result. */
  readonly temporary?: boolean;
}

/** Code of a kind of its own. */
export interface CodeKernel {
  readonly kind: "code";
  /** The user's line, where it is known. */
  readonly source?: Source;
  readonly name: string;
  /** Whether each thread does its share; then the function's parameters are as for `shareOf`. */
  readonly shared?: boolean;
  /** Operations on numbers; none unless given. */
  readonly flops?: number;
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
  /** How many bytes of memory it needs to work in. */
  readonly scratch?: number;
  /**
   * Writes the code, which computes everything; `scratch` is the address of the memory to work in,
   * `functions` are those that kernels share.
   */
  readonly write: (
    code: Code,
    addressOf: (buffer: Buffer) => number,
    features: Features,
    functions: Functions,
    scratch: number,
  ) => void;
}

/** A primitive's reference kernel, run by the host on the memory. */
export interface HostKernel {
  readonly kind: "host";
  /** The user's line, where it is known. */
  readonly source?: Source;
  readonly primitive: Primitive;
  readonly params: Params;
  readonly inputs: readonly { readonly buffer: Buffer; readonly shape: Shape }[];
  readonly outputs: readonly Buffer[];
}

/** A loop with a fixed number of steps. */
export interface ScanKernel {
  readonly kind: "scan";
  /** The user's line, where it is known. */
  readonly source?: Source;
  readonly body: Program;
  readonly length: number;
  readonly reverse: boolean;
  readonly constants: readonly Buffer[];
  readonly first: readonly Buffer[];
  readonly slices: readonly Buffer[];
  /** The last carry. */
  readonly last: readonly Buffer[];
  /** The results' slices. */
  readonly laid: readonly Buffer[];
}

/** A loop that goes on for as long as a condition holds. */
export interface WhileKernel {
  readonly kind: "while";
  /** The user's line, where it is known. */
  readonly source?: Source;
  readonly condition: Program;
  readonly body: Program;
  readonly forCondition: readonly Buffer[];
  readonly forBody: readonly Buffer[];
  readonly first: readonly Buffer[];
  readonly last: readonly Buffer[];
}

/** One of several programs. */
export interface ChooseKernel {
  readonly kind: "choose";
  /** The user's line, where it is known. */
  readonly source?: Source;
  readonly index: Buffer;
  readonly branches: readonly Program[];
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
}

/** Something that runs as one piece, in order. */
export type Kernel =
  | LoopKernel
  | ReduceKernel
  | RowsKernel
  | ContractKernel
  | CodeKernel
  | HostKernel
  | ScanKernel
  | WhileKernel
  | ChooseKernel;

/** Kernels in the order in which they run. */
export interface Program {
  readonly inputs: readonly Buffer[];
  /** Buffers whose elements are known when the program is made. */
  readonly constants: readonly { readonly buffer: Buffer; readonly value: AnyTensor }[];
  readonly kernels: readonly Kernel[];
  readonly outputs: readonly Buffer[];
}
