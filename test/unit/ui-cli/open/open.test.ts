import { describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import type { ModelCatalogue } from '../../../../ui-cli/registry/registry-runtime.ts';
import { completedView, EXPERIMENT_ID, trialView } from '../../../support/experiment-views.ts';
import { fakeCatalogue, versionDetails } from '../../../support/fake-cli/fake-catalogue.ts';
import { settle } from '../../../support/fake-cli/fake-runtime.ts';
import { createScriptedRuntime } from '../../../support/fake-cli/scripted-runtime.ts';
import { SMALL_CONFIG } from '../../../support/small-sweep.ts';

const RUN_ID = '0123456789abcdef0123456789abcdef';
const MLFLOW = 'http://127.0.0.1:5000';
const WORKFLOWS = 'http://127.0.0.1:8233/namespaces/default/workflows';

const notFound = async (): Promise<never> => {
  throw new TtExpError('MODEL_NOT_FOUND', 'no such model', { hint: 'Did you mean two-tower?' });
};

const CATALOGUE: Partial<ModelCatalogue> = {
  runPage: async (runId) => `/#/experiments/7/runs/${runId}`,
  show: async () => versionDetails({ version: '3' }),
  list: async ({ name }) => (name === 'two-tower' ? [] : notFound()),
};

/** @param problem why the browser cannot be opened */
const open = async (args: readonly string[], problem: string | null = null) => {
  const { progress: _, ...snapshot } = completedView({
    trials: [trialView(0, { status: 'completed', runId: RUN_ID }), trialView(1, { runId: null })],
  });
  const opened: string[] = [];
  const fake = createScriptedRuntime(
    { views: [], facts: { config: SMALL_CONFIG, snapshot, origin: 'temporal', extends: null } },
    {
      ...fakeCatalogue(CATALOGUE),
      openPage: async (url) => {
        opened.push(url);
        return problem;
      },
    },
  );
  const exitCode = await runCli(['open', ...args], fake.runtime);
  await settle();
  return { exitCode, opened, stdout: fake.stdout(), stderr: fake.stderr() };
};

describe('ui-cli/open', () => {
  test.each([
    [[], MLFLOW],
    [['--temporal'], 'http://127.0.0.1:8233'],
    [[EXPERIMENT_ID], `${MLFLOW}/#/experiments/3?workflowType=machine_learning`],
    [['demo'], `${MLFLOW}/#/experiments/3?workflowType=machine_learning`],
    [[EXPERIMENT_ID, '--temporal'], `${WORKFLOWS}/tt-exp%2Fdemo%2F0123456789`],
    [[`${EXPERIMENT_ID}/trial-000`], `${MLFLOW}/#/experiments/7/runs/${RUN_ID}`],
    [[`${EXPERIMENT_ID}/trial-000`, '--temporal'], `${WORKFLOWS}/tt-exp%2Fdemo%2F0123456789%2Ftrial-000`],
    [[RUN_ID], `${MLFLOW}/#/experiments/7/runs/${RUN_ID}`],
    [['two-tower@champion'], `${MLFLOW}/#/models/two-tower/versions/3`],
    [['two-tower'], `${MLFLOW}/#/models/two-tower`],
  ])('%j opens its page', async (args, url) => {
    const { exitCode, opened, stdout, stderr } = await open(args);
    expect([exitCode, opened, stdout]).toEqual([0, [url], '']);
    expect(stderr).toBe(`opened ${url}\n`);
  });

  test('without a display the address is printed, with the reason', async () => {
    const { exitCode, stdout, stderr } = await open([EXPERIMENT_ID], 'there is no display');
    expect([exitCode, stdout]).toEqual([0, `${MLFLOW}/#/experiments/3?workflowType=machine_learning\n`]);
    expect(stderr).toBe('note: there is no display: open this address yourself\n');
  });

  test('--print and --json open nothing', async () => {
    const printed = await open(['two-tower', '--print']);
    expect(printed).toMatchObject({ opened: [], stdout: `${MLFLOW}/#/models/two-tower\n`, stderr: '' });
    const { opened, stdout } = await open(['two-tower', '--json']);
    expect([opened, JSON.parse(stdout)]).toEqual([[], { what: 'two-tower', url: `${MLFLOW}/#/models/two-tower` }]);
  });

  test.each([
    ['demp', 'Experiments: Did you mean demo? '],
    [`${EXPERIMENT_ID}/trial-1x`, 'Experiments: '],
    ['demp/trial-000', 'hint: Did you mean demo? '],
    ['demo/trial-9', 'hint: Did you mean trial-001? '],
    ['demo/trial-1', 'hint: Did you mean trial-001? '],
  ])('%s, which nothing has: the nearest name is given', async (what, hint) => {
    const { exitCode, stderr } = await open([what]);
    expect(exitCode).toBe(66);
    expect(stderr).toContain(hint);
  });

  test('a name that is neither an experiment nor a model: what is near to it of both', async () => {
    const { exitCode, stderr } = await open(['two-towr']);
    expect(exitCode).toBe(66);
    expect(stderr).toContain('got two-towr, expected an experiment, trial, run or registered model\n');
    expect(stderr).toContain('Models: Did you mean two-tower?');
  });

  test('a trial without a run says so, and names the page that there is', async () => {
    const { exitCode, stderr } = await open([`${EXPERIMENT_ID}/trial-001`]);
    expect(exitCode).toBe(66);
    expect(stderr).toContain('trial-001 has no run in MLflow yet');
    expect(stderr).toContain(`tt-exp open ${EXPERIMENT_ID}`);
  });
});
