/**
 * The laws that every primitive keeps, drawn from the declarations: a primitive that is declared is
 * checked here without another line.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { add, type AnyTensor, fromBuffer, jit, jvp, mul, stack, vjp } from "@katachi/katachi";
import { checkGrads } from "@katachi/katachi/testing";
import "../../tools/all_primitives.ts";
import { definePrimitive, type Primitive, primitives } from "../../src/tape/primitive.ts";
import { interpreter } from "../../src/engines/interpreter/interpreter.ts";
import { wasm } from "../../src/engines/wasm/engine.ts";
import { useEngine } from "../../src/tape/engine.ts";
import { bind } from "../../src/tape/recorder.ts";
import { bindBatch } from "../../src/transforms/batch.ts";
import { isFloating } from "../../src/tensor/dtype.ts";
import { sizeOf, wrap } from "../../src/tensor/storage.ts";
import { assertClose } from "../fixtures/figures.ts";
import { printedBy } from "../debug/console.ts";
import { type Application, applicationsOf } from "./applications.ts";

const runs = 25;
let cases = 0;

/** Holds a law for random applications of a primitive. */
function holds(
  primitive: Primitive,
  float: "float32" | "float64",
  law: (application: Application) => void,
): void {
  fc.assert(
    fc.property(applicationsOf(primitive, float), (application) => {
      cases++;
      if (primitive.effect) printedBy(() => law(application));
      else law(application);
    }),
    { numRuns: runs },
  );
}

const all = primitives();
const differentiable = all.filter(({ vjp }) => typeof vjp === "function");
const reversible = differentiable.filter(({ forwardOnly }) => !forwardOnly);

for (const primitive of all) {
  const { name } = primitive;

  for (const float of ["float32", "float64"] as const) {
    Deno.test(`${name}: results have the declared shapes and dtypes (${float})`, () => {
      holds(primitive, float, ({ operands, params, apply }) => {
        const declared = primitive.infer(operands, params);
        const results = apply();
        assertEquals(results.length, declared.length);
        for (const [i, { shape, dtype }] of declared.entries()) {
          assertEquals([...results[i].shape], [...shape]);
          assertEquals(results[i].dtype, dtype);
          assertEquals(results[i].data.length, sizeOf(shape));
        }
      });
    });
  }

  Deno.test(`${name}: compiled for the interpreter, it gives the same bits`, () => {
    useEngine(interpreter);
    try {
      holds(primitive, "float32", ({ operands, params, apply }) => {
        const compiled = jit((xs: readonly AnyTensor[]) => [...bind(primitive, xs, params)]);
        assertEquals(compiled(operands).map(toArray), apply().map(toArray));
      });
    } finally {
      useEngine(wasm);
    }
  });

  for (const [float, tolerance] of [["float32", 2e-6], ["float64", 1e-13]] as const) {
    Deno.test(`${name}: compiled to WebAssembly, it gives what the interpreter gives (${float})`, () => {
      holds(primitive, float, ({ operands, params }) => {
        const compiled = jit((xs: readonly AnyTensor[]) => [...bind(primitive, xs, params)]);
        const expected = interpreter.evaluate(
          primitive,
          params,
          operands,
          primitive.infer(operands, params),
        );
        for (const [i, { data }] of compiled(operands).entries()) {
          assertClose([...data], [...expected[i].data], tolerance, `result ${i}`, 1);
        }
      });
    });
  }

  Deno.test(`${name}: a batch gives what its examples give one by one`, () => {
    holds(primitive, "float64", ({ operands, params, batch, size, batched }) => {
      const examples = Array.from(
        { length: size },
        (_, i) => bind(primitive, batch.map((x, k) => batched[k] ? example(x, i) : x), params),
      );
      const result = bindBatch(primitive, batch, params, batched, size);
      const declared = primitive.infer(operands, params);
      assertEquals(result.outputs.length, declared.length);
      for (const [k, output] of result.outputs.entries()) {
        const expected = result.batched[k]
          ? stack(examples.map((outputs) => outputs[k]))
          : examples[0][k];
        assertEquals([...output.shape], [...expected.shape]);
        assertClose([...output.data], [...expected.data], 1e-12);
      }
    });
  });

  Deno.test(`${name}: float32 is float64 rounded`, () => {
    holds(primitive, "float32", ({ operands, params, apply }) => {
      const wide = operands.map((x) => x.dtype === "float32" ? toFloat64(x) : x);
      if ((params as { dtype?: string } | undefined)?.dtype !== undefined) return;
      const results = bind(primitive, wide, params);
      for (const [i, result] of apply().entries()) {
        const expected = results[i].data;
        for (const [j, value] of result.data.entries()) {
          const scale = Math.max(1, Math.abs(expected[j]));
          assert(
            Object.is(value, expected[j]) || Math.abs(value - expected[j]) <= 4e-6 * scale,
            `element ${j}: ${value} and ${expected[j]}`,
          );
        }
      }
    });
  });
}

for (const primitive of differentiable) {
  Deno.test(`${primitive.name}: forward mode is the change along a tangent`, () => {
    holds(primitive, "float64", ({ floats, apply }) => {
      const f = (...xs: AnyTensor[]) => apply(xs).filter(({ dtype }) => isFloating(dtype));
      const tangents = floats.map((x, i) => ramp(x, 0.1 * (i + 1)));
      const [, derivative] = jvp(f, [...floats], tangents);
      const at = (step: number) => f(...floats.map((x, i) => add(x, mul(tangents[i], step))));
      const [ahead, behind] = [at(1e-5), at(-1e-5)];
      for (const [i, { data }] of derivative.entries()) {
        for (const [j, value] of data.entries()) {
          const expected = (ahead[i].data[j] - behind[i].data[j]) / 2e-5;
          const scale = Math.max(1, Math.abs(expected));
          assert(Math.abs(value - expected) <= 2e-5 * scale, `${value} and ${expected}`);
        }
      }
    });
  });
}

for (const primitive of reversible) {
  const { name } = primitive;
  const floatsOnly = (application: Application) => (...xs: AnyTensor[]) =>
    application.apply(xs).filter(({ dtype }) => isFloating(dtype));

  for (const order of [1, 2] as const) {
    Deno.test(`${name}: gradients of order ${order} are those of finite differences`, () => {
      holds(primitive, "float64", (application) => {
        checkGrads(floatsOnly(application), [...application.floats], { order });
      });
    });
  }

  Deno.test(`${name}: the vjp is linear in its cotangent`, () => {
    holds(primitive, "float64", (application) => {
      const [values, pullback] = vjp(floatsOnly(application), ...application.floats);
      const u = values.map((y, i) => ramp(y, i + 1));
      const v = values.map((y, i) => ramp(y, -i - 2));
      const both = pullback(u.map((x, i) => add(mul(x, 2), mul(v[i], -3))));
      const [fromU, fromV] = [pullback(u), pullback(v)];
      for (const [i, gradient] of both.entries()) {
        const expected = add(mul(fromU[i], 2), mul(fromV[i], -3)).data;
        for (const [j, value] of gradient.data.entries()) {
          const scale = Math.max(1, Math.abs(expected[j]));
          assert(Math.abs(value - expected[j]) <= 1e-9 * scale, `${value} and ${expected[j]}`);
        }
      }
    });
  });
}

for (const primitive of all.filter(({ vjp }) => typeof vjp !== "function")) {
  Deno.test(`${primitive.name}: no gradient flows, as it says`, () => {
    holds(primitive, "float64", (application) => {
      const floats = (...xs: AnyTensor[]) => {
        const results = application.apply(xs).filter(({ dtype }) => isFloating(dtype));
        return results.length === 0 ? xs.map((x) => mul(x, 0)) : [...results];
      };
      const [values, pullback] = vjp(floats, ...application.floats);
      for (const gradient of pullback(values.map((y) => ramp(y, 1)))) {
        assert(gradient.data.every((value) => value === 0));
      }
    });
  });
}

Deno.test("every primitive says how it is differentiated, or that it is not", () => {
  for (const { name, vjp } of all) {
    assert(
      typeof vjp === "function" || vjp.notDifferentiable.length > 0,
      `${name} has neither`,
    );
  }
  const [first] = all;
  assertThrows(
    () => definePrimitive({ ...first, name: "unheard-of", vjp: undefined as never }),
    Error,
    "unheard-of needs a vjp rule",
  );
  assertThrows(
    () => definePrimitive({ ...first, name: "unheard-of", sample: undefined as never }),
    Error,
    "unheard-of needs a sampler",
  );
  assertThrows(() => definePrimitive(first), Error, "declared twice");
});

Deno.test("the count", () => {
  assert(all.length >= 50);
  assert(cases >= all.length * runs * 4);
  console.log(
    `\nchecked ${all.length} primitives (${differentiable.length} differentiable) in ${cases} random cases`,
  );
});

function toArray(x: AnyTensor): unknown {
  return x.toArray();
}

function toFloat64(x: AnyTensor): AnyTensor {
  return fromBuffer(Float64Array.from(x.data), x.shape);
}

/** One example of a batch. */
function example(batch: AnyTensor, i: number): AnyTensor {
  const [, ...shape] = batch.shape;
  const size = sizeOf(shape);
  return wrap(shape, batch.dtype, batch.data.slice(i * size, (i + 1) * size));
}

/** A cotangent for a tensor: different at every element. */
function ramp(like: AnyTensor, by: number): AnyTensor {
  return fromBuffer(Float64Array.from(like.data, (_, i) => by * (0.3 + i % 7)), like.shape);
}
