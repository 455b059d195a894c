import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { CompareRuntime } from '../../../../ui-cli/compare/compare-runtime.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { createFakeRuntime, jsonOf, settle } from '../../../support/fake-cli/fake-runtime.ts';
import { modelComparison, userValues } from '../../../support/model-comparison.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const COMPARISON = modelComparison(
  [
    { ref: 'models/old', values: userValues() },
    { ref: 'two-tower@champion', values: userValues(0.1), learningRate: 0.002 },
  ],
  { warnings: ['models/old was trained on other data'] },
);

const compareModels: CompareRuntime['compareModels'] = async () => COMPARISON;

const run = async (args: readonly string[], slices: Partial<CompareRuntime> = { compareModels }) => {
  const fake = createFakeRuntime(slices);
  const exitCode = await runCli(['compare', ...args], fake.runtime);
  await settle();
  return { ...fake, exitCode };
};

describe('ui-cli/compare/compare-models', () => {
  test('--json has the fields of the contract', async () => {
    const fake = await run(['models/old', 'two-tower@champion', '--json']);
    expect(fake.exitCode).toBe(0);
    const json = jsonOf(fake);
    expect(json).toMatchObject({
      subjects: [
        { ref: 'models/old', params: { 'training.learning_rate': 0.001 }, slices: { cold: { users: 10 } } },
        { ref: 'two-tower@champion', params: { 'training.learning_rate': 0.002 } },
      ],
      differing_params: ['training.learning_rate'],
      warnings: ['models/old was trained on other data'],
    });
    const [first] = json.subjects as readonly { readonly metrics: object }[];
    expect(first?.metrics).toHaveProperty('ndcg_at_10', COMPARISON.subjects[0]?.metrics.ndcg_at_10);
    const [difference] = json.differences as readonly object[];
    expect(Object.keys(difference ?? {}).sort()).toEqual(
      ['a', 'b', 'metric', 'mean', 'low', 'high', 'p', 'p_holm'].sort(),
    );
  });

  test.each([
    ['one model alone', ['models/old'], "missing required argument 'others'"],
    ['data that is no version', ['a', 'b', '--data', 'ratings.csv'], 'got "ratings.csv", expected a dataset version'],
    ['a part that nobody is tested on', ['a', 'b', '--split', 'train'], '--split: got "train"'],
    ['more models than letters', Array.from({ length: 27 }, (_, index) => `m${index}`), 'expected at most 26'],
    ['a page in a folder that is not there', ['a', 'b', '--html', '/nowhere/x.html'], 'whose folder does not exist'],
    ['a page that is a folder', ['a', 'b', '--html', '/tmp'], 'which is a folder'],
  ])('%s is refused before anything is ranked', async (_case, args, message) => {
    const { exitCode, stderr, stdout } = await run(args, {});
    expect(stderr()).toContain(message);
    expect(exitCode).toBe(64);
    expect(stdout()).toBe('');
  });

  test('a page that cannot be written takes nothing of the result along', async () => {
    const file = join(await temporaryFolder(), 'comparison.html');
    const asked: string[] = [];
    const writeComparisonPage: CompareRuntime['writeComparisonPage'] = async (path) => {
      asked.push(path);
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    };
    const fake = await run(['a', 'b', '--html', file, '--json'], { compareModels, writeComparisonPage });
    expect(fake.exitCode).toBe(1);
    expect(asked).toEqual([file]);
    expect(fake.stderr()).toContain('error: no space left');
    expect(jsonOf(fake)).toHaveProperty('subjects');
  });

  test('an error of one model ends the command with its code', async () => {
    const { exitCode, stderr, stdout } = await run(['a', 'b'], {
      compareModels: async () => {
        throw new TtExpError('MODEL_INCOMPATIBLE', 'b: the feature age is missing', { hint: 'Compare on other data.' });
      },
    });
    expect(exitCode).toBe(65);
    expect(stderr()).toContain('error: b: the feature age is missing');
    expect(stdout()).toBe('');
  });

  test('Ctrl-C aborts what compares, and a second one does not wait for it', async () => {
    const signals: AbortSignal[] = [];
    const fake = createFakeRuntime({
      compareModels: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    const running = runCli(['compare', 'a', 'b'], fake.runtime);
    while (signals.length === 0) {
      await settle();
    }
    fake.interrupt();
    expect(signals[0]?.aborted).toBe(true);
    fake.interrupt();
    expect(await running).toBe(130);
    expect(fake.listeners()).toBe(0);
    expect(fake.stderr()).toContain('it starts from the beginning');
  });
});
