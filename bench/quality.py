"""Anchors of bench/quality.ts on the arrays in a folder: item-kNN, EASE, and a two-tower model in PyTorch where both
sides have features. Prints a JSON object: name to NDCG@10 on the test part.

Arguments: folder, a JSON object with the settings. Settings of the anchors are chosen on the validation part.
"""

import json
import sys

import numpy
import torch
from rank_arrays import Arrays
from torch import nn

arrays = Arrays(sys.argv[1])
settings = json.loads(sys.argv[2])
torch.manual_seed(settings["seed"])
met = (arrays.gains("train") > 0).astype("float32")


def best(candidates):
    scores = max(candidates, key=lambda scores: arrays.ndcg(scores, "validation"))
    return round(arrays.ndcg(scores), 4)


def item_knn():
    """Cosine of co-occurrence with shrinkage (Deshpande & Karypis 2004)."""
    together = met.T @ met
    norm = numpy.sqrt(numpy.diag(together))
    for shrinkage in [0, 10, 50]:
        similarity = together / (numpy.outer(norm, norm) + shrinkage + 1e-9)
        numpy.fill_diagonal(similarity, 0)
        for neighbours in [50, 100, 200]:
            kept = min(neighbours, len(similarity) - 1)
            least = -numpy.partition(-similarity, kept, axis=1)[:, kept - 1 : kept]
            yield met @ numpy.where(similarity >= least, similarity, 0).T


def ease():
    """Linear item-item model in closed form (Steck 2019)."""
    together = (met.T @ met).astype("float64")
    for strength in [100, 250, 500]:
        inverse = numpy.linalg.inv(together + strength * numpy.eye(arrays.items))
        weights = -inverse / numpy.diag(inverse)
        numpy.fill_diagonal(weights, 0)
        yield met @ weights.astype("float32")


def tower(width):
    layers = []
    for place, hidden in enumerate(settings["hidden_dims"]):
        layers += [nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(0.3 if place == 0 else 0.2)]
        width = hidden
    return nn.Sequential(*layers, nn.Linear(width, settings["embedding_dim"]))


def two_tower():
    """Weighted BCE over the samples, AdamW, cosine annealing, early stopping: the default settings."""
    user_features, item_features = (torch.from_numpy(x) for x in (arrays.user_features, arrays.item_features))
    user_index, item_index, label, weight = (torch.from_numpy(x) for x in arrays.samples("train"))
    users, items = tower(user_features.shape[1]), tower(item_features.shape[1])
    parameters = [*users.parameters(), *items.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=settings["learning_rate"], weight_decay=0.01)
    batch, epochs = settings["batch_size"], settings["num_epochs"]
    steps = -(-len(label) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * steps)
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    highest, since, kept = -1.0, 0, None
    for _ in range(epochs):
        users.train(), items.train()
        order = torch.randperm(len(label))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            scores = (users(user_features[user_index[rows].long()]) * items(item_features[item_index[rows].long()])).sum(1)
            loss = (loss_of(scores, label[rows]) * weight[rows]).sum() / weight[rows].sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        users.eval(), items.eval()
        with torch.no_grad():
            scores = (users(user_features) @ items(item_features).T).numpy()
        validation = arrays.ndcg(scores, "validation")
        highest, since, kept = (validation, 0, scores) if validation > highest else (highest, since + 1, kept)
        if since >= settings["patience"]:
            break
    return round(arrays.ndcg(kept), 4)


result = {"item_knn": best(item_knn()), "ease": best(ease())}
if arrays.user_features is not None and arrays.item_features is not None:
    result["pytorch_two_tower"] = two_tower()
print(json.dumps(result))
