import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, type CliResult, createCliHome } from '../support/cli.ts';
import { createMlflowReader, type MlflowRun, tagsOf } from '../support/mlflow-rest.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TIMEOUT_MS = 600_000;

interface Summary {
  readonly experiment_id: string;
  readonly status: string;
  readonly gate: { readonly decision: string; readonly reasons: readonly string[] };
  readonly model: { readonly name: string; readonly version: string; readonly aliases: readonly string[] } | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null;
  readonly problems: readonly string[];
}

interface Doctor {
  readonly runs: {
    readonly abandoned: readonly { readonly run_id: string; readonly reason: string }[];
    readonly left: readonly { readonly run_id: string; readonly temporal_id: string | null }[];
  };
}

describe('e2e/outcome', () => {
  let home: CliHome;
  let folder: string;
  let mlflow: ReturnType<typeof createMlflowReader>;

  const json = <Answer>({ stdout }: CliResult): Answer => JSON.parse(stdout) as Answer;

  beforeAll(async () => {
    home = await createCliHome();
    folder = await temporaryFolder('tt-exp-outcome-');
    const up = await home.run(['up', '--json']);
    mlflow = createMlflowReader(json<{ urls: { mlflow: string } }>(up).urls.mlflow);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await home?.dispose();
  });

  const writeConfig = async (name: string, change: object): Promise<string> => {
    const smoke = JSON.parse(await readFile('experiments/smoke.json', 'utf8')) as Record<string, unknown>;
    const file = join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify({ ...smoke, $schema: undefined, name, ...change }));
    return file;
  };

  /** Long enough to be disturbed in the middle. */
  const longConfig = (name: string, epochs = 40): Promise<string> =>
    writeConfig(name, { training: { num_epochs: epochs, early_stopping_patience: epochs }, sweep: undefined });

  const runsOf = async (name: string, kind: string): Promise<readonly MlflowRun[]> =>
    (await mlflow.runs(name).catch((): readonly MlflowRun[] => [])).filter((run) => tagsOf(run)['tt.kind'] === kind);

  /** Once its trial has logged an epoch; answers the ids of parent and trial. */
  const training = async (name: string): Promise<{ readonly parent: string; readonly trial: string }> => {
    await expect
      .poll(async () => (await runsOf(name, 'trial'))[0]?.data.metrics?.length ?? 0, {
        timeout: 120_000,
        interval: 200,
      })
      .toBeGreaterThan(0);
    const [parent] = await runsOf(name, 'experiment');
    const [trial] = await runsOf(name, 'trial');
    return { parent: parent?.info.run_id ?? '', trial: trial?.info.run_id ?? '' };
  };

  it(
    'an approval with a reason of 9000 characters promotes, and the whole reason is kept',
    async () => {
      const config = await writeConfig('approved', { gate: { min_ndcg_at_10: 0.01, require_approval: true } });
      const waiting = json<Summary>(await home.run(['run', config, '--json']));
      expect(waiting.gate.decision).toBe('awaiting_approval');
      const id = waiting.experiment_id;
      const reason = `because ${'x'.repeat(8992)}`;
      expect(waiting).toMatchObject({ status: 'completed', error: null, problems: [] });
      expect(waiting.model?.aliases).toEqual(['challenger']);
      const offered = async (): Promise<readonly string[]> => {
        expect((await home.run(['__complete', '--refresh'])).exitCode).toBe(0);
        const { stdout } = await home.run(['__complete', 'tt-exp approve ']);
        return stdout
          .split('\n')
          .flatMap((line) => line.split('\t')[0] ?? [])
          .filter((value) => value !== '');
      };
      expect(await offered()).toEqual([waiting.model?.name, id]);
      const approved = await home.run(['approve', id, '--reason', reason]);
      expect(approved.exitCode, approved.stderr).toBe(0);
      const name = waiting.model?.name ?? '';
      expect(await mlflow.aliasVersion(name, 'champion')).toBe(waiting.model?.version);
      expect(await offered()).toEqual([]);
      const again = await home.run(['approve', name, '--reason', 'twice']);
      expect([again.exitCode, again.stderr]).toEqual([1, expect.stringContaining('Nothing awaits approval.')]);
      const runs = await mlflow.runs('approved');
      expect(new Set(runs.map(({ info }) => info.status))).toEqual(new Set(['FINISHED']));
      const [parent] = await runsOf('approved', 'experiment');
      const tag = tagsOf(parent as MlflowRun)['tt.gate_reasons'];
      const bestValueOf = (run: MlflowRun | undefined): number | undefined =>
        run?.data.metrics?.find(({ key }) => key === 'best_val_ndcg_at_10')?.value;
      const trials = await runsOf('approved', 'trial');
      expect(bestValueOf(parent)).toBe(Math.max(...trials.map((run) => bestValueOf(run) ?? 0)));
      expect(parent?.data.params?.map(({ key }) => key)).toEqual(['training.learning_rate']);
      expect(tagsOf(parent as MlflowRun)['mlflow.note.content']).toContain('The best of 2 trials is **[trial-00');
      expect(tag).toHaveLength(8000);
      const whole = await mlflow.artifactText(parent?.info.run_id ?? '', 'long_texts/tag/tt.gate_reasons.txt');
      expect(JSON.parse(whole)).toEqual([...waiting.gate.reasons, expect.stringContaining(reason)]);
    },
    TIMEOUT_MS,
  );

  it(
    'a parent run deleted in the middle of a sweep changes nothing of its outcome, and is named',
    async () => {
      const running = home.start(['run', await longConfig('orphaned'), '--json']);
      const { parent, trial } = await training('orphaned');
      await mlflow.deleteRun(parent);
      const result = await running.finished;
      expect(result.exitCode, result.stderr).toBe(0);
      const summary = json<Summary>(result);
      expect(summary).toMatchObject({ status: 'completed', gate: { decision: 'promoted' }, error: null });
      expect(summary.problems).toEqual([
        expect.stringMatching(/^The gate's verdict is not in MLflow: .*must be in the 'active' state/),
        expect.stringMatching(new RegExp(`^The experiment's record in MLflow run ${parent} is incomplete: `)),
        expect.stringMatching(new RegExp(`^The experiment's MLflow run ${parent} is not closed: `)),
      ]);
      expect((await mlflow.run(trial)).info.status).toBe('FINISHED');
      const show = await home.run(['show', summary.experiment_id]);
      expect(show.stdout).toContain('Not recorded or closed in MLflow');
    },
    TIMEOUT_MS,
  );

  it(
    'an experiment deleted in the middle of a sweep fails it with that cause, and the next run names the remedy',
    async () => {
      const config = await longConfig('deleted');
      const running = home.start(['run', config, '--json']);
      await training('deleted');
      await mlflow.deleteExperiment(await mlflow.experimentId('deleted'));
      const result = await running.finished;
      expect(result.exitCode).toBe(1);
      const summary = json<Summary>(result);
      expect(summary).toMatchObject({ status: 'failed', error: { code: 'ALL_TRIALS_FAILED' } });
      expect(summary.error?.message).toContain("must be in the 'active' state");
      expect(summary.error?.hint).toContain('deleted in MLflow');
      expect(summary.problems.join()).toContain("The experiment's MLflow run");

      const again = await home.run(['run', config]);
      expect(again.exitCode).toBe(1);
      expect(again.stderr).toContain('error: MLflow experiment deleted: it was deleted');
      expect(again.stderr).toContain('hint: Restore it and its runs with `mlflow experiments restore');
    },
    TIMEOUT_MS,
  );

  it(
    'with the Temporal database lost, up closes the abandoned runs, and nothing else',
    async () => {
      // Made by no user, hence no reason to fail.
      await mlflow.deleteExperiment(await mlflow.experimentId('tt-exp-datasets'));
      await home.run(['run', await longConfig('lost', 1000), '--detach']);
      const { parent, trial } = await training('lost');
      const experiment = await mlflow.experimentId('lost');
      const single = await mlflow.createRun(experiment, { 'tt.kind': 'training' });
      const elsewhere = await mlflow.createRun(experiment, {
        'tt.workflow_id': 'tt-exp/lost/0',
        'tt.temporal': 'other',
      });
      await home.run(['down']);
      await rm(join(home.folder, 'temporal'), { recursive: true });

      const up = await home.run(['up', '--plain']);
      expect(up.exitCode, up.stderr).toBe(0);
      expect(up.stderr).toContain(`(${parent}): its workflow tt-exp/lost/`);
      const status = async (runId: string): Promise<string> => (await mlflow.run(runId)).info.status;
      expect(await Promise.all([parent, trial, single, elsewhere].map(status))).toEqual([
        ...['KILLED', 'KILLED'],
        ...['RUNNING', 'RUNNING'],
      ]);
      expect(tagsOf(await mlflow.run(trial))['tt.closed_reason']).toContain('is gone with its Temporal database');

      // What has just been started is nobody's to close.
      await home.run(['run', await longConfig('started', 1000), '--detach']);
      const started = await training('started');
      const looked = json<Doctor>(await home.run(['doctor', '--repair', '--json']));
      expect(looked.runs.abandoned).toEqual([]);
      expect(looked.runs.left).toMatchObject([{ run_id: elsewhere, temporal_id: 'other' }]);
      expect(await Promise.all([started.parent, started.trial].map(status))).toEqual(['RUNNING', 'RUNNING']);
      const told = json<Doctor>(await home.run(['doctor', '--repair', '--lost', 'other', '--json']));
      expect(told.runs.abandoned).toMatchObject([{ run_id: elsewhere }]);
      expect(await Promise.all([elsewhere, single, started.trial].map(status))).toEqual([
        'KILLED',
        'RUNNING',
        'RUNNING',
      ]);
    },
    TIMEOUT_MS,
  );
});
