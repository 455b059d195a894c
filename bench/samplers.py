"""Optuna's samplers behind a pipe: bench/samplers.ts sends a line of JSON, this answers with one.

start {sampler, seed, space} -> {}; ask {} -> {number, params}; tell {number, value} -> {}. Lower is better.
`space` has the form of `sweep.space`.
"""

import json
import sys
import warnings

import optuna

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def create_sampler(name, seed):
    if name == "tpe":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True, group=True)
    if name == "random":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.QMCSampler(qmc_type=name, scramble=True, seed=seed)


def suggest(trial, key, parameter):
    if "choice" in parameter:
        return trial.suggest_categorical(key, parameter["choice"])
    kind = "int" if "int" in parameter else "float"
    given = parameter[kind]
    options = {name: given[name] for name in ("log", "step") if name in given}
    method = trial.suggest_int if kind == "int" else trial.suggest_float
    return method(key, given["low"], given["high"], **options)


def ask(study, space):
    trial = study.ask()
    params = {}
    for key, parameter in space.items():
        if all(params.get(other) in values for other, values in parameter.get("when", {}).items()):
            params[key] = suggest(trial, key, parameter)
    return {"number": trial.number, "params": params}


study, space = None, {}
for line in sys.stdin:
    request = json.loads(line)
    answer = {}
    if request["kind"] == "start":
        study = optuna.create_study(sampler=create_sampler(request["sampler"], request["seed"]))
        space = request["space"]
    elif request["kind"] == "ask":
        answer = ask(study, space)
    else:
        study.tell(request["number"], request["value"])
    print(json.dumps(answer), flush=True)
