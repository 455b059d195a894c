"""Ranking metrics of an exported rankings file's rows, by trec_eval: JSON rows on stdin, means over users on stdout.

trec_eval knows whole relevance levels only: gains go in as tenths, which changes no NDCG. It orders by the score given,
and so gets the rank: how ties are ordered is not its to judge. Ranks that the file leaves out get an item of no relevance.
"""

import json
import sys

import pytrec_eval

request = json.load(sys.stdin)
threshold = round(request["threshold"] * 10)
qrels: dict[str, dict[str, int]] = {}
run: dict[str, dict[str, float]] = {}
for user, rank, item, _, relevance in request["rows"]:
    run.setdefault(user, {})[item] = float(-rank)
    if relevance > 0:
        qrels.setdefault(user, {})[item] = round(relevance * 10)
for items in run.values():
    ranks = {int(-score) for score in items.values()}
    items.update({f"left out {rank}": float(-rank) for rank in range(1, max(ranks)) if rank not in ranks})


def mean(level: int, measure: str, name: str) -> float:
    evaluator = pytrec_eval.RelevanceEvaluator(qrels, {measure}, relevance_level=level)
    values = [result[name] for result in evaluator.evaluate(run).values()]
    return sum(values) / len(values)


print(
    json.dumps(
        {
            "users": len(qrels),
            "ndcg_at_10": mean(1, "ndcg_cut.10", "ndcg_cut_10"),
            "precision_at_10": mean(threshold, "P.10", "P_10"),
            "recall_at_10": mean(threshold, "recall.10", "recall_10"),
            "hit_rate_at_10": mean(threshold, "success.10", "success_10"),
            "map": mean(threshold, "map", "map"),
        }
    )
)
