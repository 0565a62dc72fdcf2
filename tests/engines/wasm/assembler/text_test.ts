/** The text of modules. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type AnyTensor,
  grad,
  jit,
  type Jitted,
  type KernelReport,
  ones,
  type Tensor,
  type TreeFunction,
  vmap,
} from "@katachi/katachi";
import "../../../../tools/all_primitives.ts";
import { ModuleBuilder } from "../../../../src/engines/wasm/assembler/module.ts";
import type { Code } from "../../../../src/engines/wasm/assembler/code.ts";
import {
  type Access,
  type Lane,
  lane,
  type LaneAccess,
  laneMemory,
  memory,
  type Plain,
  plain,
} from "../../../../src/engines/wasm/assembler/opcodes.ts";
import { moduleText } from "../../../../src/engines/wasm/assembler/text.ts";
import { primitives } from "../../../../src/tape/primitive.ts";
import { bind } from "../../../../src/tape/recorder.ts";
import { applicationsOf } from "../../../primitives/applications.ts";
import { pairs, type Vector } from "../../../transforms/programs.ts";

/** The instructions of a function. */
function textOf(body: (code: Code) => void): readonly string[] {
  const module = new ModuleBuilder({ pages: 1 });
  module.function("f", [], [], body);
  return moduleText(module.encode()).split("\n").slice(3, -3).map((line) => line.slice(4));
}

Deno.test("a module as text: imports, names, exports, types, variables", () => {
  const module = new ModuleBuilder({ pages: 2, maximum: 3, shared: true });
  const host = module.import("host", ["i32"]);
  const add = module.function("add", ["f32", "f32"], ["f32"], (code) => {
    for (const parameter of code.parameters) code.get(parameter);
    code.op("f32.add");
  });
  const main = module.function("for each", [], [], (code) => {
    const [i, x] = [code.local("i32"), code.local("v128")];
    code.count(i, 0, 8, 2, () => {
      code.get(i);
      code.if((choice) => {
        code.get(i);
        code.call(host);
        code.br(choice);
      }, () => {
        code.get(i);
        code.access("v128.load", 64);
        code.tee(x);
        code.lane("f32x4.extract_lane", 3);
        code.f32(0.1);
        code.call(add);
        code.op("drop");
      });
    });
  });
  module.export("main", main);
  assertEquals(
    moduleText(module.encode()),
    `(module
  (import "env" "host" (func $host (param i32)))
  (import "env" "memory" (memory 2 3 shared))
  (func $add (param f32 f32) (result f32)
    local.get 0
    local.get 1
    f32.add
  )
  (func $for_each (export "main")
    (local i32 v128)
    i32.const 0
    local.set 0
    block $block0
      loop $loop1
        local.get 0
        if $if2
          local.get 0
          call $host
          br $if2
        else
          local.get 0
          v128.load offset=64
          local.tee 1
          f32x4.extract_lane 3
          f32.const 0.1
          call $add
          drop
        end
        local.get 0
        i32.const 2
        i32.add
        local.tee 0
        i32.const 8
        i32.lt_s
        br_if $loop1
      end
    end
  )
)
`,
  );
});

Deno.test("functions of the same name are told apart", () => {
  const module = new ModuleBuilder({ pages: 1 });
  const first = module.function("f", [], [], () => {});
  module.function("f", [], [], (code) => code.call(first));
  assertEquals(
    moduleText(module.encode()).match(/\$\S+/g),
    ["$f", "$f_1", "$f"],
  );
});

Deno.test("every instruction has the name under which it is written", () => {
  const names = <T extends string>(table: Record<T, unknown>) => Object.keys(table) as T[];
  assertEquals(textOf((code) => code.op(...names<Plain>(plain))), names(plain));
  const places = names<Access>(memory);
  assertEquals(textOf((code) => places.forEach((name) => code.access(name))), places);
  assertEquals(
    textOf((code) => places.forEach((name) => code.access(name, 300, 0))),
    places.map((name) => `${name} offset=300${memory[name][1] === 0 ? "" : " align=1"}`),
  );
  const laned = names<LaneAccess>(laneMemory);
  assertEquals(
    textOf((code) => laned.forEach((name) => code.accessLane(name, 1, 8))),
    laned.map((name) => `${name} offset=8 1`),
  );
  const onLanes = names<Lane>(lane);
  assertEquals(
    textOf((code) => onLanes.forEach((name) => code.lane(name, 1))),
    onLanes.map((name) => `${name} 1`),
  );
});

Deno.test("constants as text are the numbers that they were", () => {
  const read = (body: (code: Code) => void) => textOf(body)[0].split(" ")[1];
  fc.assert(fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
    assertEquals(Number(read((code) => code.i32(value))), value);
  }));
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
    assertEquals(BigInt(read((code) => code.i64(value))), value);
  }));
  const number = (text: string) => Number(text.replace("inf", "Infinity"));
  fc.assert(fc.property(fc.float({ noNaN: true }), (value) => {
    assertEquals(Math.fround(number(read((code) => code.f32(value)))), value);
  }));
  fc.assert(fc.property(fc.double({ noNaN: true }), (value) => {
    assertEquals(number(read((code) => code.f64(value))), value);
  }));
  assertEquals(textOf((code) => code.f32(NaN)), ["f32.const nan:0x400000"]);
  assertEquals(textOf((code) => code.f64(-0)), ["f64.const -0"]);
  const bytes = Array.from({ length: 16 }, (_, i) => i);
  assertEquals(
    textOf((code) => code.v128(bytes)),
    ["v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c"],
  );
  assertEquals(textOf((code) => code.shuffle(bytes)), [`i8x16.shuffle ${bytes.join(" ")}`]);
});

Deno.test("what is not an instruction of the tables is an error", () => {
  const module = new ModuleBuilder({ pages: 1 });
  module.function("f", [], [], (code) => code.op("nop"));
  const bytes = module.encode();
  const at = bytes.findIndex((byte, i) => byte === 0x01 && bytes[i + 1] === 0x0b);
  bytes[at] = 0xf0;
  assertThrows(() => moduleText(bytes), Error, "no table");
});

const all = (kernels: readonly KernelReport[]): readonly KernelReport[] =>
  kernels.flatMap((kernel) => [kernel, ...all(kernel.inside)]);

/** What a function is compiled to can be read to its end, and has a function for each kernel. */
function assertReadable(f: (x: never) => unknown, x: unknown): void {
  const { kernels, moduleText } = (jit(f) as Jitted<TreeFunction>).lower(x);
  for (const { name, kind } of all(kernels)) {
    if (kind !== "host") assert(moduleText.includes(`\n  (func $${name}`), name);
  }
}

Deno.test("programs, their gradients and their batches have texts", () => {
  fc.assert(
    fc.property(pairs, ({ real, size }) => {
      const x = ones([size], "float64") as Vector;
      assertReadable(real, x);
      assertReadable(grad((x: Vector) => real(x).sum()), x);
      assertReadable((x: Vector) => vmap(real)(x.expandDims(0) as never), x);
    }),
    { numRuns: 30 },
  );
});

Deno.test("the code of every primitive has a text", () => {
  for (const primitive of primitives()) {
    for (const float of ["float32", "float64"] as const) {
      fc.assert(
        fc.property(
          applicationsOf(primitive, float),
          ({ operands, params }) =>
            assertReadable(
              (xs: readonly AnyTensor[]) => [...bind(primitive, xs, params)],
              operands,
            ),
        ),
        { numRuns: 3 },
      );
    }
  }
});

Deno.test("lower tells the module's text", () => {
  const { moduleText } = jit((x: Tensor<[8]>) => x.mul(2).sum()).lower(ones([8]));
  assert(moduleText.startsWith("(module\n"));
  assert(moduleText.includes('(func $main (export "main")\n    call $reduce_main_0\n'));
});
