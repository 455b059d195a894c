import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { rowScorer } from '../../../models/evaluation/scorer.ts';
import { combineSeeds, createGenerator, toUnit } from '../../../models/numerics/prng.ts';
import { evaluateWithReport } from '../../../models/reports/evaluate-with-report.ts';
import { openDatabase, sqlText } from '../../../pipeline/duckdb/database.ts';
import { createRankingsWriter } from '../../../pipeline/index.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testPython } from '../../support/test-python.ts';
import { createToyDataset } from '../../support/toy-dataset.ts';

const support = fileURLToPath(new URL('../../support', import.meta.url));
const THRESHOLD = 0.4;

const GAINS = [0.2, 0.4, 0.6, 0.8, 0.9, 1];
const toy = createToyDataset({ users: 80, items: 150, pairsPerUser: 40, seed: 21 });
const { test } = toy.pairs;
const dataset = {
  ...toy,
  pairs: { ...toy.pairs, test: { ...test, gain: test.gain.map((_, row) => GAINS[(row * 7) % 6] ?? 0) } },
};

/** One score of twelve for each item, so that ties abound. */
const scorer = rowScorer(150, (row, user) => {
  const next = createGenerator(combineSeeds(5, user));
  row.set(Float32Array.from(row, () => Math.floor(12 * toUnit(next())) / 12));
});

let folder = '';
let python = '';

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-rankings-');
  ({ python } = await testPython('metrics'));
});

const readRows = async (file: string): Promise<readonly unknown[][]> => {
  const database = await openDatabase({ file: ':memory:', spillFolder: folder, memoryLimitMegabytes: 128, threads: 1 });
  try {
    const rows = await database.rows(
      'read the rankings',
      `SELECT "user", rank, item, score::DOUBLE AS score, relevance::DOUBLE AS relevance FROM read_parquet(${sqlText(file)})`,
    );
    return rows.map((row) => Object.values(row));
  } finally {
    database.close();
  }
};

describe('models/evaluation, exported', () => {
  it.each([5, 150])(
    'models/evaluation: trec_eval finds the same metrics in exported rankings of depth %i',
    async (exportDepth) => {
      const file = join(folder, `rankings-${exportDepth}.parquet`);
      const writer = await createRankingsWriter(file);
      const { summary } = evaluateWithReport({
        scorer,
        dataset,
        split: 'test',
        relevanceThreshold: THRESHOLD,
        exportDepth,
        onRanking: (user, items, scores, gains, ranks) => {
          const users = Array.from(items, () => dataset.userIds[user] ?? '');
          writer.write({
            users,
            ranks,
            items: Array.from(items, (item) => dataset.itemIds[item] ?? ''),
            scores,
            gains,
          });
        },
      });
      await writer.finish();
      expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([]);
      const rows = await readRows(file);
      const { status, stdout, stderr } = spawnSync(python, [join(support, 'trec_metrics.py')], {
        input: JSON.stringify({ threshold: THRESHOLD, rows }),
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const theirs = JSON.parse(stdout) as Record<string, number>;
      expect(summary.users).toBeGreaterThan(60);
      expect(summary.map).toBeGreaterThan(0.02);
      expect(theirs.users).toBe(summary.users);
      for (const name of ['ndcg_at_10', 'precision_at_10', 'recall_at_10', 'hit_rate_at_10', 'map'] as const) {
        expect(Math.abs((theirs[name] ?? Number.NaN) - summary[name])).toBeLessThan(1e-6);
      }
    },
  );
});
