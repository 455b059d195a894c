/** The real evaluating child: three small models, what it finds under every guard, and the table that it keeps. */
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GuardConfig } from '../../../contracts/experiment-config.ts';
import type { CategorySlice } from '../../../contracts/metrics.ts';
import type { EvaluateJob, EvaluateResult, ModelSource } from '../../../contracts/trainer.ts';
import { openDatabase, sqlText } from '../../../pipeline/duckdb/database.ts';
import { askScipy, quantileError, shareError } from '../../support/ask-scipy.ts';
import { builderIn, dataSettings } from '../../support/data-requests.ts';
import { trialSettings } from '../../support/small-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testPython } from '../../support/test-python.ts';
import { createModelRunner, trainModel } from './runner.ts';

const RESAMPLES = 10_000;
/** Standard errors; both sides are seeded. */
const SIGMAS = 4;
const { signal } = new AbortController();
const runner = createModelRunner();

let folder = '';
let datasetFolder = '';
let python = '';
let small: ModelSource = { modelFolder: '', encoderFile: '' };
let large = small;

const train = (name: string, hidden: number, seed: number): Promise<ModelSource> => {
  const trialFolder = join(folder, name);
  const model = { hidden_dims: [hidden], embedding_dim: 8 };
  const settings = trialSettings({ seed, model, training: { num_epochs: 2, batch_size: 1024 } });
  return trainModel(runner, { trialFolder, datasetFolder, settings });
};

beforeAll(async () => {
  folder = await temporaryFolder('tt-exp-gate-');
  ({ python } = await testPython('scipy'));
  const builder = builderIn(join(folder, 'data'));
  const data = dataSettings({ users: 250, startups: 60, interactions: 5000 });
  const { version } = await builder.encode({ data, seed: 7 });
  datasetFolder = (await builder.findLocal(version)) ?? '';
  small = await train('small', 8, 1);
  large = await train('large', 32, 2);
});

const evaluate = (change: Partial<EvaluateJob>): Promise<EvaluateResult> =>
  runner.evaluate(
    {
      ...{ kind: 'evaluate', datasetFolder, relevanceThreshold: 0.4, seed: 1, confidence: 0.95 },
      ...{ candidate: large, champion: small, ancestor: null, margin: null, guards: [] },
      usersFile: join(folder, 'users.parquet'),
      ...change,
    },
    signal,
  );

type UserRow = Readonly<Record<string, number | string | null>>;

const readUsers = async (): Promise<readonly UserRow[]> => {
  const database = await openDatabase({ file: ':memory:', spillFolder: folder, memoryLimitMegabytes: 128, threads: 1 });
  try {
    const table = `SELECT * FROM read_parquet(${sqlText(join(folder, 'users.parquet'))})`;
    return (await database.rows('read the users', table)) as readonly UserRow[];
  } finally {
    database.close();
  }
};

const numbers = (rows: readonly UserRow[], column: string): readonly number[] =>
  rows.map((row) => row[column]).filter((value) => typeof value === 'number');

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('compute/evaluate-for-gate', () => {
  let plain: EvaluateResult;
  let rows: readonly UserRow[] = [];

  beforeAll(async () => {
    plain = await evaluate({});
    rows = await readUsers();
  });

  it('anybody can make the interval and the p-value again from the table of users', async () => {
    const { ci, pairedTest, dcg, model, champion } = plain;
    expect(rows).toHaveLength(model.users);
    const of = (metric: string) => ({
      candidate: numbers(rows, `${metric}_candidate`),
      champion: numbers(rows, `${metric}_champion`),
    });
    const scipy = askScipy(python, { ...of('ndcg'), confidence: 0.95, resamples: RESAMPLES });
    expect(ci?.mean).toBeCloseTo(scipy.mean, 12);
    const error = SIGMAS * quantileError(scipy, RESAMPLES);
    expect(Math.abs((ci?.low ?? Number.NaN) - scipy.low)).toBeLessThan(error);
    expect(Math.abs((ci?.high ?? Number.NaN) - scipy.high)).toBeLessThan(error);
    const p = pairedTest?.p_value ?? Number.NaN;
    expect(Math.abs(p - scipy.p)).toBeLessThan(SIGMAS * shareError(p, RESAMPLES) + 2 / RESAMPLES);
    const gain = 0.02;
    const beyond = (await evaluate({ minImprovement: gain })).pairedTest?.improvement_p_value ?? Number.NaN;
    const { candidate, champion: beside } = of('ndcg');
    const shifted = { candidate: candidate.map((value) => value - gain), champion: beside };
    const moved = askScipy(python, { ...shifted, confidence: 0.95, resamples: RESAMPLES });
    expect(Math.abs(beyond - moved.p)).toBeLessThan(SIGMAS * shareError(beyond, RESAMPLES) + 2 / RESAMPLES);
    const other = askScipy(python, { ...of('dcg'), confidence: 0.95, resamples: RESAMPLES });
    expect(dcg?.mean).toBeCloseTo(other.mean, 12);
    // The summaries are means of the same columns.
    expect(meanOf(of('recall').candidate)).toBeCloseTo(model.recall_at_10, 12);
    expect(meanOf(of('precision').champion)).toBeCloseTo(champion?.precision_at_10 ?? Number.NaN, 12);
  });

  it('the users beside the mean, and the slices of both models, are those of the same table', async () => {
    const { details, ci, report, champion } = plain;
    const champions = numbers(rows, 'ndcg_champion');
    const differences = numbers(rows, 'ndcg_candidate').map((value, user) => value - (champions[user] ?? Number.NaN));
    expect(differences.length).toBeLessThan(400);
    expect(details?.differences).toEqual(differences.toSorted((a, b) => a - b));
    const [better, worse] = [differences.filter((one) => one > 0).length, differences.filter((one) => one < 0).length];
    expect(details).toMatchObject({ users: rows.length, better, worse, equal: rows.length - better - worse });
    expect(better * worse).toBeGreaterThan(0);
    expect(meanOf(differences)).toBeCloseTo(ci?.mean ?? Number.NaN, 12);
    const byHistory = details?.slices.filter(({ side }) => side === 'history') ?? [];
    const weighted = (of: 'candidate' | 'champion'): number =>
      byHistory.reduce((sum, slice) => sum + slice.users * slice[of], 0) / rows.length;
    expect(weighted('champion')).toBeCloseTo(champion?.ndcg_at_10 ?? Number.NaN, 12);
    expect(weighted('candidate')).toBeCloseTo(meanOf(numbers(rows, 'ndcg_candidate')), 12);
    expect(details?.slices.length).toBe(byHistory.length + report.categories.length);
    expect((await evaluate({ champion: null })).details).toBeUndefined();
  });

  it('a model whose encoder has other vocabularies than the one of its training is not evaluated', async () => {
    const text = await readFile(large.encoderFile, 'utf8');
    const manifest = JSON.parse(await readFile(join(large.modelFolder, 'manifest.json'), 'utf8'));
    expect(manifest.encoder_sha256).toBe(createHash('sha256').update(text).digest('hex'));
    const encoder = JSON.parse(text);
    for (const { vocabulary } of [...encoder.user.blocks, ...encoder.item.blocks]) {
      vocabulary?.reverse();
    }
    const encoderFile = join(folder, 'reversed.json');
    await writeFile(encoderFile, JSON.stringify(encoder));
    await expect(evaluate({ candidate: { ...large, encoderFile } })).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADING',
      message: `Model not loading: ${encoderFile} differs from the digest recorded in its manifest`,
    });
  });

  it('measures every guard for both models', async () => {
    const { categories } = plain.report;
    const nameOf = ({ side, feature, value }: CategorySlice): string => `${side}.${feature}=${value}`;
    const [ofUsers, ofItems] = (['user', 'item'] as const).map((side) => categories.find((one) => one.side === side));
    if (ofUsers === undefined || ofItems === undefined) {
      throw new Error('the synthetic source has categories of both sides');
    }
    const slice = nameOf(ofUsers);
    const guards: readonly GuardConfig[] = [
      { metric: 'recall_at_10', tolerance: 0.5 },
      { metric: 'warm_ndcg_at_10', tolerance: 0.5 },
      { metric: 'slice', slice, tolerance: 0.5 },
      { metric: 'slice', slice: nameOf(ofItems), tolerance: 0.5 },
      { metric: 'slice', slice: 'item.industry=nothing', tolerance: 0.5 },
      { metric: 'coverage', tolerance: 0 },
      { metric: 'popularity_share', tolerance: 0 },
      { metric: 'model_size_mb', tolerance: 0.1 },
      { metric: 'scoring_latency_ms', tolerance: 0.1 },
    ];
    const { guards: measures, model, champion, report } = await evaluate({ guards });
    const [recall, warm, role, theme, nothing, coverage, popularity, size, latency] = measures;
    expect(recall).toMatchObject({ users: model.users, candidate: model.recall_at_10, problem: null });
    expect(recall?.champion).toBe(champion?.recall_at_10);
    expect(recall?.p_value).toBeLessThan(0.01);
    expect(warm?.candidate).toBeCloseTo(report.slices.warm.ndcg_at_10, 12);
    expect(warm?.users).toBe(report.slices.warm.users);
    for (const [measure, named] of [
      [role, ofUsers],
      [theme, ofItems],
    ] as const) {
      expect(measure).toMatchObject({ slice: nameOf(named), users: named.users, problem: null });
      expect(measure?.candidate).toBeCloseTo(named.ndcg_at_10, 12);
    }
    expect(nothing).toMatchObject({ users: 0, p_value: null, candidate: null });
    expect(nothing?.problem).toBe(
      'no test user counts for item.industry=nothing; test_metrics.json names the slices that have some',
    );
    expect(coverage).toMatchObject({ candidate: model.coverage, champion: champion?.coverage, users: null });
    expect(popularity?.candidate).toBe(report.popularity_bias.mean_percentile);
    const files = ['user_tower', 'item_tower'].flatMap((tower) => [`${tower}/model.json`, `${tower}/weights.bin`]);
    const bytes = await Promise.all(files.map(async (file) => (await stat(join(large.modelFolder, file))).size));
    expect(size?.candidate).toBeCloseTo(bytes.reduce((sum, value) => sum + value, 0) / 1e6, 9);
    expect(size?.champion).toBeLessThan(size?.candidate ?? 0);
    expect(latency?.candidate).toBeGreaterThan(0);
    expect(latency?.champion).toBeGreaterThan(0);
    // The slice is in the table as well: a number for its users, and nothing for the others.
    expect(numbers(await readUsers(), `ndcg_champion ${slice}`)).toHaveLength(ofUsers.users);
  });

  it('holds the candidate against the ancestor too, and says what keeps it from doing so', async () => {
    const { ancestor, pairedTest, ci } = await evaluate({ ancestor: small, champion: large, margin: 0.02 });
    // The candidate beside itself: nothing differs, so that a loss is ruled out.
    expect(ci).toMatchObject({ mean: 0, low: 0, high: 0 });
    expect(pairedTest?.margin_p_value).toBeLessThan(0.001);
    expect(ancestor).toMatchObject({ problem: null, users: pairedTest?.users });
    expect(ancestor?.ci?.mean).toBeCloseTo(
      meanOf((await readUsers()).map((row) => Number(row.ndcg_candidate) - Number(row.ndcg_ancestor))),
      12,
    );
    const gone = { ...small, modelFolder: join(folder, 'gone') };
    const alone = await evaluate({ ancestor: gone, champion: gone, margin: 0.02 });
    expect(alone).toMatchObject({ champion: null, ci: null, guards: [], ancestor: { ci: null, ndcg_at_10: null } });
    expect(alone.championProblem).toContain('Model not loading');
    expect(alone.ancestor?.problem).toContain('Model not loading');
    expect(numbers(await readUsers(), 'ndcg_champion')).toEqual([]);
  });
});
