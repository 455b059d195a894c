"""Runs recorded SQL with DuckDB's own Python package and prints the seconds that it took."""

import json
import sys
import time

import duckdb

with open(sys.argv[1]) as file:
    recording = json.load(file)

started = time.perf_counter()
for stage in recording["stages"]:
    connection = duckdb.connect(stage["file"], config=recording["config"])
    for statement in stage["statements"]:
        connection.execute(statement["sql"], statement["parameters"] or None).fetchall()
    connection.close()
print(json.dumps({"seconds": time.perf_counter() - started, "version": duckdb.__version__}))
