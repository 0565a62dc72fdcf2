/**
 * Between which kernels threads have to wait for one another.
 *
 * @module
 */
import { aliasesOf, partsOf, readsOf, writesOf } from "../memory.ts";
import type { Kernel, Program } from "../program.ts";
import type { Buffer } from "../symbolic.ts";

/** A piece of memory: from its first byte to before another one. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Where things are in memory. */
export interface Layout {
  readonly pieceOf: (buffer: Buffer) => Piece;
  readonly scratchOf: (kernel: Kernel) => Piece | undefined;
}

interface Touched {
  readonly reads: readonly Piece[];
  readonly writes: readonly Piece[];
}

/** Whether all have to have arrived before each of some kernels begins. */
export function barriers(
  kernels: readonly Kernel[],
  isShared: (kernel: Kernel) => boolean,
  layout: Layout,
): readonly boolean[] {
  // What has been touched since all met, by the first thread alone or by all.
  let since: { readonly shared: boolean; readonly touched: Touched }[] = [];
  return kernels.map((kernel) => {
    const [shared, touched] = [isShared(kernel), touchedBy(kernel, layout)];
    const wait = since.some((before) =>
      (before.shared || shared) && (
        meet(before.touched.writes, touched.writes) ||
        meet(before.touched.writes, touched.reads) ||
        meet(before.touched.reads, touched.writes)
      )
    );
    if (wait) since = [];
    since.push({ shared, touched });
    return wait;
  });
}

function meet(some: readonly Piece[], others: readonly Piece[]): boolean {
  return some.some((a) => others.some((b) => a.start < b.end && b.start < a.end));
}

function touchedBy(kernel: Kernel, layout: Layout): Touched {
  const scratch = layout.scratchOf(kernel);
  const inside = partsOf(kernel).flatMap((part) => ownedBy(part, layout));
  const aliased = aliasesOf(kernel).map(([inner]) => inner);
  const fresh = partsOf(kernel).flatMap(({ inputs }) => inputs).filter((input) =>
    !aliased.includes(input)
  );
  const pieces = (buffers: readonly Buffer[]) => buffers.map(layout.pieceOf);
  return {
    reads: pieces(readsOf(kernel)),
    writes: [
      ...pieces([...writesOf(kernel), ...fresh]),
      ...inside,
      ...scratch === undefined ? [] : [scratch],
    ],
  };
}

/** All that the kernels of a program inside another one write. */
function ownedBy({ kernels }: Program, layout: Layout): readonly Piece[] {
  return kernels.flatMap((kernel) => touchedBy(kernel, layout).writes);
}
