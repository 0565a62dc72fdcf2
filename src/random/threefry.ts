/**
 * Threefry-2x32 with 20 rounds: two 32-bit words of key and two of counter make two random words.
 *
 * J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011.
 *
 * @module
 */
import { batchElementwise, commonShape } from "../primitives/elementwise.ts";
import { requireDType } from "../primitives/operands.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { definePrimitive, type Primitive } from "../tape/primitive.ts";
import { bind } from "../tape/recorder.ts";
import type { Scalar } from "../tape/scalar.ts";

const rotations = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;
const parity = 0x1bd11bda;

/** The generator, element by element: key words, counter words, two words out. */
export const threefryPrimitive: Primitive<undefined> = definePrimitive<undefined>({
  name: "threefry2x32",
  family: "random",
  summary: "two random words from two words of key and two of counter (Salmon et al. 2011)",
  infer: (operands) => {
    for (const { dtype } of operands) requireDType("threefry2x32", dtype, ["uint32"]);
    const shape = commonShape("threefry2x32", operands.map(({ shape }) => shape));
    return [{ shape, dtype: "uint32" }, { shape, dtype: "uint32" }];
  },
  meaning: { kind: "elementwise", scalar: threefry },
  vjp: { notDifferentiable: "integer result" },
  batch: batchElementwise,
  sample: (draw) => {
    const shape = draw.shape(0, 2);
    const word = { dtype: "uint32" as const, range: [0, 4294967295] as const };
    return {
      operands: [{ ...word, shape: [] }, { ...word, shape: [] }, { ...word, shape }, {
        ...word,
        shape,
      }],
      params: undefined,
    };
  },
});

function threefry<T>(s: Scalar<T>, [key0, key1, counter0, counter1]: readonly T[]): readonly T[] {
  const keys = [key0, key1, s.xor(s.xor(key0, key1), s.constant(parity))];
  const rotate = (x: T, by: number) =>
    s.or(s.shiftLeft(x, s.constant(by)), s.shiftRight(x, s.constant(32 - by)));
  let x = s.add(counter0, keys[0]);
  let y = s.add(counter1, keys[1]);
  for (let group = 0; group < 5; group++) {
    for (const by of rotations[group % 2]) {
      x = s.add(x, y);
      y = s.xor(rotate(y, by), x);
    }
    x = s.add(x, keys[(group + 1) % 3]);
    y = s.add(s.add(y, keys[(group + 2) % 3]), s.constant(group + 1));
  }
  return [x, y];
}

/** Applies the generator. */
export function threefry2x32(
  key0: AnyTensor,
  key1: AnyTensor,
  counter0: AnyTensor,
  counter1: AnyTensor,
): readonly [AnyTensor, AnyTensor] {
  const [x, y] = bind(threefryPrimitive, [key0, key1, counter0, counter1], undefined);
  return [x, y];
}
