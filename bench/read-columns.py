"""Reads 16 FLOAT columns of a Parquet file into NumPy arrays with DuckDB's own Python package; prints the seconds."""

import json
import sys
import time

import duckdb

connection = duckdb.connect(config={"threads": "1"})
started = time.perf_counter()
columns = connection.execute(f"SELECT * FROM read_parquet('{sys.argv[1]}')").fetchnumpy()
print(json.dumps({"seconds": time.perf_counter() - started, "rows": len(columns["c0"])}))
