"""Trains one of the two networks of this benchmark in PyTorch, and says how it went, as katachi.ts.

    python bench/mnist/pytorch.py mlp 0 DIR 2
"""

import gzip
import json
import pathlib
import sys
import time

import numpy as np
import torch
from torch import nn

model, seed, folder, threads = sys.argv[1:]
if threads != "default":
    torch.set_num_threads(int(threads))
torch.manual_seed(int(seed))


def read(name, offset):
    """What a file holds after its header; it may be gzipped."""
    plain = pathlib.Path(folder) / name
    data = plain.read_bytes() if plain.exists() else gzip.decompress(
        plain.with_name(name + ".gz").read_bytes()
    )
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=offset).copy())


x = read("t10k-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28).float() / 255
y = read("t10k-labels-idx1-ubyte", 8).long()
(x_train, x_test), (y_train, y_test) = x.split([8000, 2000]), y.split([8000, 2000])

if model == "mlp":
    epochs, batch = 10, 64
    network = nn.Sequential(
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(512, 256),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(256, 10),
    )
    optimizer = torch.optim.AdamW(network.parameters(), 0.002, weight_decay=0.05, fused=True)
    steps = epochs * (len(x_train) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
else:
    epochs, batch = 6, 128
    network = nn.Sequential(
        nn.Conv2d(1, 16, 6),
        nn.ReLU(),
        nn.Conv2d(16, 32, 6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(32 * 81, 128),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(128, 10),
    )
    optimizer = torch.optim.Adadelta(network.parameters(), 1.0)
    schedule = None

start = time.perf_counter()
count = 0
for _ in range(epochs):
    # As in katachi.ts, rows that do not fill a last batch are left out.
    for rows in torch.randperm(len(x_train)).split(batch)[: len(x_train) // batch]:
        loss = nn.functional.cross_entropy(network(x_train[rows]), y_train[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        count += 1
seconds = time.perf_counter() - start

network.eval()
with torch.no_grad():
    accuracy = (network(x_test).argmax(1) == y_test).float().mean().item()
print(
    json.dumps(
        {
            "accuracy": accuracy,
            "seconds": seconds,
            "steps": count,
            "parameters": sum(p.numel() for p in network.parameters()),
        }
    )
)
