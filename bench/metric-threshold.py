"""MLflow's own model validation on pairs of means: bench/gate-rates.ts asks, this answers.

stdin: {"thresholds": [arguments of MetricThreshold], "pairs": [[candidate, champion], ...]}
stdout: {"version", "passed": [[bool, ...] for each threshold]}
"""

import json
import logging
import sys
from types import SimpleNamespace

import mlflow
from mlflow.models import MetricThreshold
from mlflow.models.evaluation.validation import ModelValidationFailedException

logging.getLogger("mlflow").setLevel(logging.ERROR)


def passes(threshold, candidate, champion):
    try:
        mlflow.validate_evaluation_results(
            {"ndcg_at_10": threshold},
            SimpleNamespace(metrics={"ndcg_at_10": candidate}),
            SimpleNamespace(metrics={"ndcg_at_10": champion}),
        )
    except ModelValidationFailedException:
        return False
    return True


asked = json.load(sys.stdin)
passed = []
for arguments in asked["thresholds"]:
    threshold = MetricThreshold(greater_is_better=True, **arguments)
    passed.append([passes(threshold, *pair) for pair in asked["pairs"]])
print(json.dumps({"version": mlflow.__version__, "passed": passed}))
