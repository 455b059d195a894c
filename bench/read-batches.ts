// Rows of 16 floats per second from Parquet into typed arrays, beside DuckDB's own Python package (into NumPy arrays).
// Usage: npm run bench:read
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readNumericColumns } from '../pipeline/duckdb/columns.ts';
import { openDatabase } from '../pipeline/duckdb/database.ts';
import { anchorPython } from './anchor-python.ts';

const ROWS = 2_000_000;
const COLUMNS = 16;
const ROUNDS = 5;
/** What is promised, in rows per second. */
const LEAST = 2_000_000;

const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-'));
const python = await anchorPython('duckdb');
const database = await openDatabase({
  file: ':memory:',
  spillFolder: join(folder, 'spill'),
  memoryLimitMegabytes: 1024,
  threads: 1,
});
try {
  const file = join(folder, 'rows.parquet');
  const columns = Array.from({ length: COLUMNS }, (_, column) => `((i * ${column + 7}) % 1009)::FLOAT AS c${column}`);
  await database.run('write rows', `COPY (SELECT ${columns.join(', ')} FROM range(${ROWS}) AS t(i)) TO '${file}'`);
  const ours: number[] = [];
  const anchors: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startMs = performance.now();
    const { float32 } = await readNumericColumns(database, {
      what: 'read the rows',
      sql: `SELECT * FROM read_parquet('${file}')`,
      int32: 0,
      float32: COLUMNS,
    });
    ours.push(ROWS / ((performance.now() - startMs) / 1000));
    if (float32.length !== COLUMNS || float32.some(({ length }) => length !== ROWS)) {
      throw new Error(`got ${float32.length} columns, expected ${COLUMNS} of ${ROWS} rows`);
    }
    const script = fileURLToPath(new URL('./read-columns.py', import.meta.url));
    const { stdout } = spawnSync(python, [script, file], { encoding: 'utf8' });
    const { seconds, rows } = JSON.parse(stdout) as { seconds: number; rows: number };
    anchors.push(rows / seconds);
  }
  const describe = (rates: readonly number[]): string => {
    const sorted = [...rates].sort((a, b) => a - b);
    const millions = (rate: number | undefined): string => ((rate ?? 0) / 1e6).toFixed(2);
    return `best ${millions(sorted.at(-1))}, median ${millions(sorted[Math.floor(sorted.length / 2)])} million rows/s`;
  };
  console.log(`ours:   ${describe(ours)}, limit ${LEAST / 1e6}`);
  console.log(`anchor: ${describe(anchors)} (DuckDB's Python package into NumPy)`);
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`);
} finally {
  database.close();
  await rm(folder, { recursive: true, force: true });
}
