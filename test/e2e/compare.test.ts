/** `compare` as a user gives it: real models in a real compute child, and a real MLflow where a reference asks for one. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isRunning } from '../integration/compute/runner.ts';
import { type CliHome, createCliHome } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { processesOf } from '../support/processes.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TIMEOUT_MS = 300_000;

interface Subject {
  readonly ref: string;
  readonly name: string;
  readonly run_id: string | null;
  readonly metrics: Readonly<Record<string, { readonly mean: number; readonly low: number; readonly high: number }>>;
  readonly slices: object;
}

interface Compared {
  readonly users: number;
  readonly dataset: { readonly version: string };
  readonly subjects: readonly Subject[];
  readonly differences: readonly object[];
  readonly differing_params: readonly string[];
  readonly warnings: readonly string[];
}

const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** Pids of the command's children that compute. */
const computeChildren = async (pid: number): Promise<readonly number[]> => {
  const children = (await read(`/proc/${pid}/task/${pid}/children`)).split(' ').filter(Boolean);
  const commands = await Promise.all(children.map((child) => read(`/proc/${child}/cmdline`)));
  return children.filter((_, index) => commands[index]?.includes('compute-child')).map(Number);
};

describe('e2e/compare', () => {
  let home: CliHome;
  let folder = '';

  beforeAll(async () => {
    home = await createCliHome();
    folder = await temporaryFolder('tt-exp-models-');
    await writeFile(
      join(folder, 'small.json'),
      JSON.stringify({
        name: 'small',
        data: { source: { type: 'synthetic', users: 60, startups: 40, interactions: 900 }, text_encoder: 'hashed' },
        model: { hidden_dims: [16], embedding_dim: 8 },
        training: { num_epochs: 2, batch_size: 64 },
      }),
    );
  }, TIMEOUT_MS);

  afterAll(async () => {
    await home?.dispose();
  });

  const model = (name: string): string => join(folder, name);

  const train = async (
    name: string,
    ...more: readonly string[]
  ): Promise<{ readonly run: { run_id: string } | null }> => {
    const config = ['--config', join(folder, 'small.json')];
    const where = ['--output-dir', folder, '--model-name', name, '--device', 'cpu', '--json'];
    const { exitCode, stdout, stderr } = await home.run(['train', ...config, ...where, ...more]);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout);
  };

  const compare = async (...args: readonly string[]): Promise<Compared> => {
    const { exitCode, stdout, stderr } = await home.run(['compare', ...args, '--device', 'cpu', '--json']);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout);
  };

  const refused = async (...args: readonly string[]) => {
    const { exitCode, stderr, stdout } = await home.run(['compare', ...args, '--device', 'cpu']);
    expect(stdout).toBe('');
    return { exitCode, stderr };
  };

  it(
    'two folders without any server: the means of evaluate, one page, and no process left',
    async () => {
      await train('a', '--no-track');
      await train('b', '--no-track', '--epochs', '1', '--seed', '7', '--loss', 'in_batch_softmax');
      const page = join(folder, 'comparison.html');
      const compared = await compare(model('a'), model('b'), '--html', page);
      expect(compared.differing_params).toEqual(['training.loss', 'training.num_epochs']);
      expect(compared.differences).toHaveLength(6);
      expect(compared.warnings).toEqual([]);
      for (const [index, name] of ['a', 'b'].entries()) {
        const { exitCode, stdout, stderr } = await home.run(['evaluate', '--model', model(name), '--json']);
        expect(exitCode, stderr).toBe(0);
        const { metrics, slices } = JSON.parse(stdout);
        const subject = compared.subjects[index];
        expect(subject).toMatchObject({ ref: model(name), run_id: null, slices });
        expect(compared.users).toBe(metrics.model.users);
        for (const metric of ['ndcg_at_10', 'precision_at_10', 'recall_at_10', 'f1_at_10', 'hit_rate_at_10', 'map']) {
          expect(subject?.metrics[metric]?.mean, metric).toBeCloseTo(metrics.model[metric], 12);
        }
      }
      expect(await readFile(page, 'utf8')).toMatch(/^<!DOCTYPE html>[\s\S]*<\/html>\n$/);
      expect((await readdir(folder)).sort()).toEqual(['a', 'b', 'comparison.html', 'small.json']);
      expect(await processesOf(home.folder, '')).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'what cannot be compared is refused with its reason and code',
    async () => {
      expect(await refused(model('a'), model('a'))).toMatchObject({ exitCode: 64 });
      const same = await refused(model('a'), join(model('a'), 'model'));
      expect(same.exitCode).toBe(64);
      expect(same.stderr).toContain('are the same model');

      const nothing = await refused(model('a'), folder);
      expect(nothing.exitCode).toBe(66);
      expect(nothing.stderr).toContain('Model not loading');

      const unknown = await refused(model('a'), 'nobody@champion');
      expect(unknown.exitCode).toBe(69);
      expect(unknown.stderr).toContain('"nobody@champion"');

      const data = await refused(model('a'), model('b'), '--data', 'ds-0123456789abcdef');
      expect(data.exitCode).toBe(66);
    },
    TIMEOUT_MS,
  );

  it(
    'a model whose features the data does not have is named',
    async () => {
      const rows = Array.from({ length: 400 }, (_, row) => `u${row % 20},i${(row * 7) % 31},view`);
      const file = join(folder, 'ratings.csv');
      await writeFile(file, `user_id,item_id,type\n${rows.join('\n')}\n`);
      const where = ['--output-dir', folder, '--model-name', 'ids', '--device', 'cpu', '--no-track'];
      const { exitCode, stderr } = await home.run(['train', '--data', file, ...where, '--epochs', '1']);
      expect(exitCode, stderr).toBe(0);
      const other = await refused(model('ids'), model('a'));
      expect(other.exitCode).toBe(65);
      expect(other.stderr).toContain(`error: ${model('a')}: `);
    },
    TIMEOUT_MS,
  );

  it(
    'a full disk keeps an earlier page and the result on stdout',
    async ({ skip }) => {
      const disk = mountSmallDisk(1);
      if (disk === null) {
        return skip('this user may not mount');
      }
      onTestFinished(disk.dispose);
      const page = join(disk.folder, 'comparison.html');
      await writeFile(page, 'of yesterday');
      disk.fill();
      const { exitCode, stdout, stderr } = await home.run(['compare', model('a'), model('b'), '--html', page]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('error: no space left');
      expect(stdout).toContain('Differences');
      disk.free();
      expect(await readFile(page, 'utf8')).toBe('of yesterday');
      expect(await readdir(disk.folder)).toEqual(['comparison.html']);
    },
    TIMEOUT_MS,
  );

  it(
    'Ctrl-C in the middle ends it with 130 and leaves no process',
    async () => {
      const { child, finished } = home.start(['compare', model('a'), model('b')]);
      const [compute = 0] = await eventually(
        'a compute process',
        () => computeChildren(child.pid ?? 0),
        (pids) => pids.length > 0,
        { withinMs: TIMEOUT_MS / 2, everyMs: 10 },
      );
      child.kill('SIGINT');
      const { exitCode, stderr } = await finished;
      expect(exitCode, stderr).toBe(130);
      expect(await isRunning(compute)).toBe(false);
    },
    TIMEOUT_MS,
  );

  it(
    'a run of MLflow beside a folder',
    async () => {
      const { run } = await train('tracked', '--set', 'training.learning_rate=0.01');
      const runId = run?.run_id ?? '';
      const { subjects, differing_params: differing, dataset } = await compare(runId, model('a'));
      expect(subjects.map(({ ref, run_id }) => [ref, run_id])).toEqual([
        [runId, runId],
        [model('a'), null],
      ]);
      expect(differing).toEqual(['training.learning_rate']);
      expect(await compare(model('a'), runId, '--data', dataset.version, '--split', 'validation')).toMatchObject({
        split: 'validation',
      });
    },
    TIMEOUT_MS,
  );
});
