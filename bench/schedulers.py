"""Replays learning curves under Optuna's pruners: the anchor of bench/schedulers.ts.

stdin: {"curves": [[best value so far after each epoch]], "orders": [[curve index]], "slots": [1, 4],
"settings": {"min_epochs", "max_epochs", "reduction", "interval_epochs", "warmup_trials"}}.
stdout: {"<scheduler>": {"<slots>": [{"best": value, "epochs": spent} for each order]}}.
"""
import json
import math
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
table = json.load(sys.stdin)
settings = table["settings"]


def pruners():
    least, most, reduction = settings["min_epochs"], settings["max_epochs"], settings["reduction"]
    return {
        "asha": optuna.pruners.SuccessiveHalvingPruner(min_resource=least, reduction_factor=reduction),
        "hyperband": optuna.pruners.HyperbandPruner(least, most, reduction),
        "median": optuna.pruners.MedianPruner(
            n_startup_trials=settings["warmup_trials"],
            n_warmup_steps=least,
            interval_steps=settings["interval_epochs"],
            n_min_trials=settings["warmup_trials"],
        ),
    }


def replay(pruner, order, slots, name):
    """Every slot trains one epoch after the other; a free slot takes the next trial of the order."""
    study = optuna.create_study(direction="maximize", pruner=pruner, study_name=name)
    waiting = list(order)
    running = []
    best, epochs = -math.inf, 0
    while waiting or running:
        while waiting and len(running) < slots:
            running.append((study.ask(), table["curves"][waiting.pop(0)], 0))
        still = []
        for trial, curve, done in running:
            value = curve[done] if curve[done] is not None else math.nan
            done += 1
            epochs += 1
            trial.report(value, step=done)
            if done == len(curve):
                best = max(best, value)
                study.tell(trial, state=optuna.trial.TrialState.FAIL if math.isnan(value) else None, values=None if math.isnan(value) else value)
            elif trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            else:
                still.append((trial, curve, done))
        running = still
    return {"best": best, "epochs": epochs}


result = {
    name: {
        str(slots): [
            replay(pruners()[name], order, slots, f"{name}-{slots}-{seed}") for seed, order in enumerate(table["orders"])
        ]
        for slots in table["slots"]
    }
    for name in pruners()
}
json.dump(result, sys.stdout)
