"""What bench/export-arrays.ts wrote, and the NDCG@10 of docs/metrics.md, for the anchors in Python."""

import json

import numpy


class Arrays:
    def __init__(self, folder):
        with open(f"{folder}/meta.json") as file:
            meta = json.load(file)
        self.folder = folder
        self.users, self.items = meta["users"], meta["items"]
        self.user_features = self._features("userFeatures", self.users, meta["dims"]["user"])
        self.item_features = self._features("itemFeatures", self.items, meta["dims"]["item"])

    def _features(self, name, rows, width):
        return numpy.fromfile(f"{self.folder}/{name}", dtype="float32").reshape(rows, width) if width else None

    def _part(self, kind, part, names):
        return [
            numpy.fromfile(f"{self.folder}/{kind}-{part}-{name}", dtype="int32" if name.endswith("Index") else "float32")
            for name in names
        ]

    def samples(self, part):
        return self._part("samples", part, ["userIndex", "itemIndex", "label", "weight"])

    def pairs(self, part):
        return self._part("pairs", part, ["userIndex", "itemIndex", "gain"])

    def gains(self, part):
        users, items, gain = self.pairs(part)
        matrix = numpy.zeros((self.users, self.items), "float32")
        matrix[users, items] = gain
        return matrix

    def ndcg(self, scores, part="test", threshold=0.4, depth=10):
        """Mean over users with a relevant candidate; items met in earlier parts are no candidates."""
        scores = scores.copy()
        gains = self.gains(part)
        for earlier in ["train"] if part == "validation" else ["train", "validation"]:
            users, items, _ = self.pairs(earlier)
            scores[users, items] = -numpy.inf
            gains[users, items] = 0
        judged = (gains >= threshold).any(axis=1)
        scores, gains = scores[judged], gains[judged]
        top = numpy.argsort(-scores, axis=1, kind="stable")[:, :depth]
        discount = 1 / numpy.log2(numpy.arange(2, depth + 2))
        found = (numpy.take_along_axis(gains, top, axis=1) * discount).sum(axis=1)
        ideal = (-numpy.sort(-gains, axis=1)[:, :depth] * discount).sum(axis=1)
        return float((found / ideal).mean())
