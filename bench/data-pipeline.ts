// Extract, label, negatives and split of 10 million interactions, beside the same SQL in DuckDB's own Python package
// with the same Parquet files, memory limit and threads: interleaved, minimum and median.
// Usage: npm run bench:data [-- --interactions 10000000 --rounds 5 --memory 2048]
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resolveConfig } from '../config/resolve.ts';
import { openDatabase, type SqlParameters } from '../pipeline/duckdb/database.ts';
import { createDatasetBuilder } from '../pipeline/index.ts';
import { createHashedEncoder } from '../pipeline/text/hashed-ngrams.ts';
import { anchorPython } from './anchor-python.ts';

/** What is promised: our time is at most this many times the anchor's. */
const FACTOR = 1.3;
const THREADS = 2;

const { values } = parseArgs({
  options: {
    interactions: { type: 'string', default: '10000000' },
    users: { type: 'string', default: '100000' },
    items: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '3' },
    memory: { type: 'string', default: '2048' },
  },
});
const memoryLimitMegabytes = Number(values.memory);

interface Statement {
  readonly sql: string;
  readonly parameters: SqlParameters;
}

const writeTables = async (folder: string): Promise<void> => {
  const database = await openDatabase({
    file: ':memory:',
    spillFolder: join(folder, 'spill'),
    memoryLimitMegabytes,
    threads: THREADS,
  });
  const write = (name: string, sql: string): Promise<void> =>
    database.run(`write ${name}`, `COPY (${sql}) TO '${join(folder, name)}.parquet' (FORMAT parquet)`);
  await write(
    'users',
    `SELECT 'u' || i AS user_id, 'segment ' || i % 20 AS segment, (i % 97)::DOUBLE AS age FROM range(${values.users}) AS t(i)`,
  );
  await write(
    'items',
    `SELECT 's' || i AS item_id, 'category ' || i % 30 AS category, (i % 89)::DOUBLE AS price FROM range(${values.items}) AS t(i)`,
  );
  // Squares of uniform numbers: some users and items are met far more often than others.
  await write(
    'interactions',
    `WITH drawn AS (
      SELECT i, md5_number_lower(concat('u', i)) % 1000003 / 1000003.0 AS a,
        md5_number_lower(concat('i', i)) % 1000003 / 1000003.0 AS b, md5_number_lower(concat('t', i)) % 1000 AS c
      FROM range(${values.interactions}) AS t(i)
    )
    SELECT 'e' || i AS interaction_id, 'u' || floor(a * a * ${values.users})::BIGINT AS user_id,
      's' || floor(b * b * ${values.items})::BIGINT AS item_id,
      CASE WHEN c < 450 THEN 'view' WHEN c < 680 THEN 'click' WHEN c < 800 THEN 'like' WHEN c < 880 THEN 'favorite'
        WHEN c < 940 THEN 'interest' WHEN c < 980 THEN 'apply' ELSE 'dislike' END AS type,
      TIMESTAMP '2025-01-01' + to_seconds(i % 15000000) AS occurred_at
    FROM drawn`,
  );
  database.close();
};

const requestOf = (folder: string) => {
  const { data } = resolveConfig({
    name: 'bench',
    data: {
      source: {
        type: 'files',
        users: {
          path: join(folder, 'users.parquet'),
          features: { segment: { kind: 'categorical', width: 21 }, age: { kind: 'numeric' } },
        },
        items: {
          path: join(folder, 'items.parquet'),
          features: { category: { kind: 'categorical', width: 31 }, price: { kind: 'numeric' } },
        },
        interactions: {
          path: join(folder, 'interactions.parquet'),
          id: 'interaction_id',
          type: 'type',
          time: 'occurred_at',
        },
      },
    },
  });
  return { data, seed: 7 };
};

/** One run of ours in an empty data folder: its seconds and the statements of each stage. */
const runOurs = async (folder: string, dataFolder: string) => {
  const stages: Statement[][] = [];
  let current: Statement[] = [];
  const builder = createDatasetBuilder({
    dataFolder,
    gitCommit: null,
    now: () => Date.now(),
    log: () => undefined,
    memoryLimitMegabytes,
    threads: THREADS,
    sources: {
      environment: async () => ({}),
      sqliteExtension: () => Promise.reject(new Error('no SQLite in this benchmark')),
    },
    textEncoder: async () => createHashedEncoder(),
    trace: (sql, parameters) => current.push({ sql, parameters }),
  });
  const request = requestOf(folder);
  const startMs = performance.now();
  const seconds: Record<string, number> = {};
  for (const stage of ['extract', 'label', 'split'] as const) {
    const stageMs = performance.now();
    current = [];
    stages.push(current);
    await builder[stage](request);
    seconds[stage] = (performance.now() - stageMs) / 1000;
  }
  return { seconds: (performance.now() - startMs) / 1000, byStage: seconds, stages };
};

/** The statements with what they write moved elsewhere, and only the parameters that each names. */
const recordingOf = (stages: readonly (readonly Statement[])[], folder: string) => ({
  config: {
    memory_limit: `${memoryLimitMegabytes}MB`,
    threads: String(THREADS),
    temp_directory: join(folder, 'spill'),
  },
  stages: stages.map((statements, stage) => ({
    file: join(folder, `stage-${stage}.duckdb`),
    statements: statements.map(({ sql, parameters }, index) => ({
      sql: sql.replace(/ TO '[^']*\.parquet'/, ` TO '${join(folder, `${stage}-${index}.parquet`)}'`),
      parameters: Object.fromEntries(
        Object.entries(parameters).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)),
      ),
    })),
  })),
});

const runAnchor = async (python: string, stages: readonly (readonly Statement[])[], folder: string) => {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'recording.json');
  await writeFile(file, JSON.stringify(recordingOf(stages, folder)));
  const script = fileURLToPath(new URL('./repeat-sql.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script, file], { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`the anchor ended with ${status}: ${stderr.slice(-2000)}`);
  }
  return JSON.parse(stdout) as { seconds: number; version: string };
};

const describe = (
  numbers: readonly number[],
): { readonly text: string; readonly median: number; readonly least: number } => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const least = sorted[0] ?? Number.NaN;
  return { text: `min ${least.toFixed(1)} s, median ${median.toFixed(1)} s`, median, least };
};

const python = await anchorPython('duckdb');
const folder = await mkdtemp(join(tmpdir(), 'tt-exp-bench-'));
try {
  await writeTables(folder);
  const ours: number[] = [];
  const anchors: number[] = [];
  let version = '';
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const dataFolder = join(folder, `data-${round}`);
    const own = await runOurs(folder, dataFolder);
    ours.push(own.seconds);
    const anchor = await runAnchor(python, own.stages, join(folder, `anchor-${round}`));
    anchors.push(anchor.seconds);
    version = anchor.version;
    const stages = Object.entries(own.byStage).map(([stage, seconds]) => `${stage} ${seconds.toFixed(1)} s`);
    console.log(
      `round ${round + 1}: ours ${own.seconds.toFixed(1)} s (${stages.join(', ')}), anchor ${anchor.seconds.toFixed(1)} s`,
    );
    await rm(dataFolder, { recursive: true, force: true });
    await rm(join(folder, `anchor-${round}`), { recursive: true, force: true });
  }
  const own = describe(ours);
  const anchor = describe(anchors);
  console.log(`${values.interactions} interactions, memory limit ${memoryLimitMegabytes} MB, ${THREADS} threads`);
  console.log(`ours:   ${own.text}; resident at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
  console.log(`anchor: ${anchor.text} (the same SQL in the Python package duckdb ${version})`);
  const ratio = own.median / anchor.median;
  console.log(
    `ratio: min ${(own.least / anchor.least).toFixed(2)}, median ${ratio.toFixed(2)}; limit ${FACTOR}: ${ratio <= FACTOR ? 'kept' : 'MISSED'}`,
  );
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
