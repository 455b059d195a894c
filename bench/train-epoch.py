"""The anchor of bench/train-epoch.ts: the same towers, samples and optimiser in PyTorch, one epoch per line of input.

Arguments: folder with the arrays, a JSON object with the settings. Prints seconds per epoch, a line each.
"""

import json
import sys
import time

import torch
from rank_arrays import Arrays
from torch import nn

arrays = Arrays(sys.argv[1])
settings = json.loads(sys.argv[2])
torch.set_num_threads(settings["threads"])
torch.manual_seed(settings["seed"])


def tower(width):
    layers = []
    for place, hidden in enumerate(settings["hidden_dims"]):
        layers += [nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(0.3 if place == 0 else 0.2)]
        width = hidden
    return nn.Sequential(*layers, nn.Linear(width, settings["embedding_dim"]))


user_index, item_index, label, weight = (torch.from_numpy(array) for array in arrays.samples("train"))
user_features, item_features = torch.from_numpy(arrays.user_features), torch.from_numpy(arrays.item_features)

users = tower(user_features.shape[1])
items = tower(item_features.shape[1])
optimiser = torch.optim.AdamW([*users.parameters(), *items.parameters()], lr=0.001, weight_decay=0.01)
loss_of = nn.BCEWithLogitsLoss(reduction="none")
batch_size = settings["batch_size"]

for _ in sys.stdin:
    started = time.perf_counter()
    order = torch.randperm(len(label))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        scores = (users(user_features[user_index[rows].long()]) * items(item_features[item_index[rows].long()])).sum(1)
        loss = (loss_of(scores, label[rows]) * weight[rows]).sum() / weight[rows].sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        loss.item()
    print(time.perf_counter() - started, flush=True)
