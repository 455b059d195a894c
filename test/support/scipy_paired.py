"""Interval and p-value of paired users, by scipy: candidate and champion as JSON on stdin, the figures on stdout."""

import json
import sys

import numpy
from scipy import stats

request = json.load(sys.stdin)
pair = (request["candidate"], request["champion"])


def lift(candidate, champion, axis=-1):
    return numpy.mean(candidate, axis=axis) - numpy.mean(champion, axis=axis)


shared = {"n_resamples": request["resamples"], "vectorized": True, "batch": 500}
interval = stats.bootstrap(
    pair,
    lift,
    paired=True,
    method="percentile",
    confidence_level=request["confidence"],
    rng=numpy.random.default_rng(1),
    **shared,
).confidence_interval
test = stats.permutation_test(
    pair, lift, permutation_type="samples", alternative="two-sided", rng=numpy.random.default_rng(2), **shared
)
print(json.dumps({"mean": lift(*pair), "low": interval.low, "high": interval.high, "p": test.pvalue}))
