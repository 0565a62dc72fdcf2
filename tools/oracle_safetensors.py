"""Makes the figures for tests/io, with Hugging Face's own library: tests/fixtures/oracle/safetensors.json.

    python3 -m venv oracle && oracle/bin/pip install safetensors numpy ml_dtypes
    oracle/bin/python tools/oracle_safetensors.py

The tests read the file that is in the repository; they need no Python.
"""

import base64
import hashlib
import json
import os
import struct
import tempfile
from importlib.metadata import version
from pathlib import Path

import ml_dtypes
import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

OUT = Path(__file__).parent.parent / "tests" / "fixtures" / "oracle"
VERSIONS = {name: version(name) for name in ("safetensors", "numpy", "ml_dtypes")}


def base(data):
    return base64.b64encode(data).decode()


def entry(array):
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": base(array.tobytes())}


def written_figures():
    """Files of dtypes that there are here, to be read and to be written again, byte by byte."""
    rng = np.random.default_rng(0)
    wild = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 1e-45, 3.4e38], np.float32)
    trees = {
        "empty": {},
        "scalar": {"x": np.array(2.5, np.float32)},
        "layers": {
            "layers.0.weight": rng.standard_normal((3, 4), np.float32),
            "layers.0.bias": rng.standard_normal(4, np.float32),
            "layers.1.weight": rng.standard_normal((4, 2), np.float32),
        },
        "positions": {str(i): np.arange(i, dtype=np.int32) for i in range(12)},
        "dtypes": {
            "bool": np.array([True, False, True]),
            "uint32": np.array([0, 1, 2**32 - 1], np.uint32),
            "int32": np.array([[-(2**31)], [2**31 - 1]], np.int32),
            "float32": wild,
            "float64": wild.astype(np.float64).reshape(7, 1),
        },
        "names": {"Größe": np.zeros((2, 0), np.float32), 'a"\\\n\u2028': np.ones(1, np.float32)},
    }
    cases = [(name, tree, None) for name, tree in trees.items()]
    cases.append(("metadata", trees["scalar"], {"note": 'a "quoted" line\n\u00e9\u0007'}))
    return [
        {
            "name": name,
            "file": base(save(tree, metadata)),
            "metadata": metadata or {},
            "tensors": {name: entry(array) for name, array in tree.items()},
        }
        for name, tree, metadata in cases
    ]


def widened_figures():
    """Files of the other dtypes, and what they are here."""
    counts = {np.int8: np.int32, np.int16: np.int32, np.int64: np.int32,
              np.uint8: np.uint32, np.uint16: np.uint32, np.uint64: np.uint32}
    cases = []
    for narrow, wide in counts.items():
        limits = np.iinfo(narrow if np.iinfo(narrow).bits < 64 else wide)
        values = np.array([limits.min, 0, 1, limits.max], narrow)
        cases.append({
            "name": str(values.dtype),
            "file": base(save({"x": values})),
            "tensors": {"x": entry(values.astype(wide))},
        })
    return cases


def half_figures():
    """Every 16-bit float as float32, as a digest of the bytes (NaNs as numpy widens them, quieted)."""
    figures = {}
    for name, dtype in (("F16", np.float16), ("BF16", ml_dtypes.bfloat16)):
        halves = np.arange(2**16, dtype=np.uint16).view(dtype)
        wide = halves.astype(np.float32)
        wide[np.isnan(wide)] = np.nan
        figures[name] = hashlib.sha256(wide.tobytes()).hexdigest()
    return figures


def accepted(file):
    try:
        deserialize(file)
        return True
    except SafetensorError:
        return False


def file_of(header, data=b""):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header)) + header + data


def verdict_figures():
    """Files that are not as they should be, or just so, and whether the library takes them."""
    one = '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
    none = '"b":{"dtype":"F32","shape":[0],"data_offsets":[%d,%d]}'
    zero = b"\0" * 4
    files = [
        b"", b"\0" * 7, b"\0" * 8, file_of("{}"), file_of("{}", b"\0"), file_of("[]"), file_of(" {}"),
        file_of("{} \n\t"), file_of("{"), file_of("{}x"), file_of(b"\xef\xbb\xbf{}"), file_of("null"),
        file_of(b'{"\xff":1}'), file_of('{"\\ud800":1}'), struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 100_000_001) + b"{}", struct.pack("<Q", 3) + b"{}",
        file_of("[" * 10_000), file_of('{"a":' * 10_000),
    ]
    headers = [
        "{%s}" % one, "{%s}" % one[:-1], "{%s,%s}" % (one, one),
        "{%s,%s}" % (one, one.replace('"a"', '"b"')), "{%s,%s}" % (one, one.replace('"a"', '"\\u0061"')),
        "{%s,%s}" % (one, none % (0, 0)), "{%s,%s}" % (one, none % (4, 4)), "{%s,%s}" % (one, none % (2, 2)),
        '{%s,"__metadata__":null}' % one, '{%s,"__metadata__":{}}' % one,
        '{%s,"__metadata__":{"a":1}}' % one, '{%s,"__metadata__":{"a":"1","a":"2"}}' % one,
        '{%s,"__metadata__":["a"]}' % one, '{%s,"__proto__":1}' % one, "{%s}" % one.replace('"a"', '""'),
        "{%s}" % one.replace('"a"', '"__proto__"'), '{"a":["F32",[1],[0,4]]}', '{"a":null}', '{"a":1}',
    ]
    for old, new in [
        ("[1]", "[1.0]"), ("[1]", "[1e0]"), ("[1]", "[-0]"), ("[1]", "[-1]"), ("[1]", "[]"),
        ("[1]", "[1,1,1]"), ("[1]", "[2]"), ("[1]", '["1"]'), ("[1]", "1"), ("[1]", "null"),
        ("[1]", "[9007199254740993]"), ("[0,4]", "[0,4,4]"), ("[0,4]", "[4,0]"), ("[0,4]", "[0]"),
        ("[0,4]", "[0,3]"), ("[0,4]", "[1,5]"), ("[0,4]", "[-4,0]"), ('"F32"', '"F33"'),
        ('"F32"', '"f32"'), ('"F32"', '"U8"'), ('"F32"', '"F8_E4M3"'), ('"F32"', '"toString"'),
        ('"F32"', "1"), ("[0,4]}", '[0,4],"more":"x"}'), ("[0,4]}", '[0,4],"shape":[1]}'),
    ]:
        headers.append("{%s}" % one.replace(old, new))
    files += [file_of(header, zero) for header in headers]
    files += [
        file_of('{"a":{"dtype":"F32","shape":[0,9007199254740991,9],"data_offsets":[0,0]}}'),
        file_of('{"a":{"dtype":"F32","shape":[9007199254740991,9007199254740991,0],"data_offsets":[0,0]}}'),
        file_of('{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}', b"\2"),
        file_of('{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}', b"\xff" * 7 + b"\x7f"),
    ]
    rng = np.random.default_rng(1)
    whole = save({"w": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array([True, False])},
                 {"epoch": "3"})
    for _ in range(300):
        mutated = bytearray(whole)
        for _ in range(rng.integers(1, 4)):
            at = int(rng.integers(len(mutated)))
            match rng.integers(4):
                case 0:
                    mutated[at] = int(rng.integers(256))
                case 1:
                    mutated[at] ^= 1 << int(rng.integers(8))
                case 2:
                    del mutated[at]
                case _:
                    mutated.insert(at, mutated[int(rng.integers(len(mutated)))])
        files.append(bytes(mutated))
    return [{"file": base(file), "accepted": accepted(file)} for file in files]


def main():
    contents = {
        "versions": VERSIONS,
        "written": written_figures(),
        "widened": widened_figures(),
        "halves": half_figures(),
        "verdicts": verdict_figures(),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=OUT, delete=False) as file:
        file.write(json.dumps(contents, indent=1) + "\n")
    os.chmod(file.name, 0o644)
    os.replace(file.name, OUT / "safetensors.json")


if __name__ == "__main__":
    main()
