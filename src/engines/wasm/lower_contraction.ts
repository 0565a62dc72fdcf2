/**
 * Sums of products of views, as kernels.
 *
 * @module
 */
import { sizeOf } from "../../tensor/storage.ts";
import type { Contraction } from "../../primitives/contraction.ts";
import type { Equation } from "../../tape/tape.ts";
import type { Builder } from "./builder.ts";
import { newBuffer } from "./memory.ts";
import { load, type Source, view } from "./symbolic.ts";

/** A contraction; what is only read with rows as columns is computed that way. */
export function lowerContraction(builder: Builder, equation: Equation): void {
  const { inputs, outputs: [output] } = equation;
  const { contract, batch } = equation.params as Contraction;
  const { shape, dtype } = output;
  if (inputs.some(({ shape }) => sizeOf(shape) === 0)) {
    return builder.define(output, { kind: "constant", shape, dtype, value: 0 });
  }
  const [left, right] = inputs.map((input) => builder.loaded(builder.read(input)));
  const rows = inputs[0].shape.length - contract[0].length;
  const ofLeft = shape.map((_, axis) => axis).slice(batch[0].length, rows);
  const turned = builder.readers(output).every((reader) =>
    reader?.primitive.name === "transpose" && ofLeft.includes(reader.params.permutation.at(-1))
  );
  if (!turned) {
    const buffer = newBuffer(shape, dtype);
    builder.define(output, load(buffer));
    return builder.add({ kind: "contract", left, right, contract, batch, buffer });
  }
  const common = batch[0].length;
  const columns = shape.length - rows;
  const place = (axis: number) =>
    axis < common ? axis : axis < rows ? axis + columns : axis - rows + common;
  const inside = [...shape.slice(0, common), ...shape.slice(rows), ...shape.slice(common, rows)];
  const buffer = newBuffer(inside, dtype);
  const sources = inside.map((_, axis): Source => ({
    axis: shape.findIndex((_, own) => place(own) === axis),
    start: 0,
    scale: 1,
  }));
  builder.define(output, view(load(buffer), shape, sources));
  builder.add({
    kind: "contract",
    left: right,
    right: left,
    contract: [contract[1], contract[0]],
    batch: [batch[1], batch[0]],
    buffer,
  });
}
