"""Measures one work with one library of Python, as measure.ts does.

    python measure.py matmul pytorch '{"512": {"m": 512, "n": 512, "k": 512}}' 1
"""

import importlib
import json
import sys
import time

import numpy as np


def values(seed, shape, low=-1.0, high=1.0):
    """The same numbers as `values` in work.ts."""
    u = np.uint32
    with np.errstate(over="ignore"):
        i = np.arange(1, int(np.prod(shape)) + 1, dtype=u)
        h = (i * u(0x9E3779B1)) ^ u((seed * 0x85EBCA6B) & 0xFFFFFFFF)
        h = (h ^ (h >> u(16))) * u(0x85EBCA6B)
        h = (h ^ (h >> u(13))) * u(0xC2B2AE35)
        h = (h ^ (h >> u(16))) >> u(8)
    return (low + (high - low) * (h / 2**24)).astype(np.float32).reshape(shape)


def one_hot(seed, rows, classes):
    """The same rows as `oneHot` in work.ts."""
    return np.eye(classes, dtype=np.float32)[values(seed, (rows,), 0, classes).astype(int)]


def bound(inputs, outputs):
    return (6 / (inputs + outputs)) ** 0.5


threads = 1


def onnx_session(nodes, shapes, constants):
    """An ONNX Runtime session on the CPU; `nodes` end with the one that gives `out`."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        nodes,
        "work",
        [helper.make_tensor_value_info(k, TensorProto.FLOAT, s) for k, s in shapes.items()],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = sys.modules["measure"].threads
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def figures(array):
    """The same figures as `figures` in work.ts."""
    flat = np.asarray(array, dtype=np.float64).reshape(-1)
    some = [float(flat[i * flat.size // 8]) for i in range(8)]
    return [*some, float(flat.mean()), float((flat**2).mean())]


def run_for(run, count):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return time.perf_counter() - start


def measure(name, run, check, repeats):
    figures = [float(x) for x in check()]
    warm, count, last = 0.0, 1, run_for(run, 1)
    if last < 1:
        while warm < 0.7 or last < 0.005:
            last = run_for(run, count)
            warm += last
            if last < 0.005:
                count *= 2
    samples, total = [], 0.0
    while total < 1 or len(samples) < (3 if last < 1 else 1):
        seconds = run_for(run, count)
        total += seconds
        samples.append(seconds / (count * repeats))
    samples.sort()
    return {
        "name": name,
        "median": samples[len(samples) // 2],
        "best": samples[0],
        "check": figures,
    }


if __name__ == "__main__":
    sys.modules["measure"] = sys.modules["__main__"]
    work, library, cases, threads = sys.argv[1:]
    if library == "pytorch":
        import torch

        torch.set_num_threads(int(threads))
    globals()["threads"] = int(threads)
    module = importlib.import_module(f"works.{work}")
    for name, given in json.loads(cases).items():
        task = getattr(module, library, lambda _: None)(given)
        if task is not None:
            print(json.dumps(measure(name, *task, given.get("repeats", 1))), flush=True)
