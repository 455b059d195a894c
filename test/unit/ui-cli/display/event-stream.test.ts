/** `--events` against its published form. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RecordedEpoch } from '../../../../client/facts-reader.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ExperimentView } from '../../../../contracts/experiment.ts';
import { trainingResult } from '../../../support/experiment-fixtures.ts';
import {
  blessingView,
  completedView,
  EXPERIMENT_ID,
  progressAt,
  replicatingView,
  trainingView,
  trialView,
  viewOf,
} from '../../../support/experiment-views.ts';
import type { FakeScript } from '../../../support/fake-cli/fake-platform.ts';
import { runScripted } from '../../../support/fake-cli/scripted-runtime.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

interface SchemaOfEvents {
  readonly oneOf: readonly { readonly properties: { readonly type: { const?: string; enum?: string[] } } }[];
}

const schema = JSON.parse(readFileSync('docs/events.schema.json', 'utf8')) as SchemaOfEvents;
const ajv = new Ajv2020({ strictRequired: false, allowUnionTypes: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const validate = ajv.compile(schema);

let config = '';

beforeAll(async () => {
  config = join(await temporaryFolder('tt-exp-events-'), 'demo.json');
  await writeFile(config, '{"name":"demo"}');
});

interface AnyEvent {
  readonly v: number;
  readonly type: string;
  readonly time: string;
  readonly experiment_id: string | null;
  readonly [key: string]: unknown;
}

/** Every line is an event of the published form. */
const runEvents = async (script: FakeScript, args: readonly string[] = ['run', config, '--events']) => {
  const { exitCode, stdout, stderr } = await runScripted(args, script);
  const events = stdout()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AnyEvent);
  for (const event of events) {
    expect(validate(event), `${JSON.stringify(event)}: ${ajv.errorsText(validate.errors)}`).toBe(true);
  }
  return { exitCode, events, stderr: stderr() };
};

const known = (epoch: number, ndcg: number): RecordedEpoch => ({
  ...{ epoch, trainLoss: 0.5, valLoss: 0.6, isBest: true, finishedAtMs: 1_700_000_100_000 + epoch },
  validation: { ndcg_at_10: ndcg },
});

const DONE = trialView(0, { status: 'completed', result: trainingResult(0.31) });

/** Everything that can happen, in some order. */
const EVENTFUL: readonly ExperimentView[] = [
  viewOf('prepare'),
  trainingView({
    trials: [DONE, trialView(1, { status: 'running' })],
    sweep: { isPaused: true, maxParallel: 2, halt: null, trialCount: 2 },
    progress: { 'trial-001': progressAt(4, { resumedFromEpoch: 2 }) },
  }),
  trainingView({ sweep: { isPaused: false, maxParallel: 2, halt: 'target', trialCount: 2 } }),
  replicatingView(),
  blessingView(1),
  completedView(),
];

describe('ui-cli/display/event-stream', () => {
  test('every type of the schema is printed, and nothing else; the last line is the summary', async () => {
    const { exitCode, events, stderr } = await runEvents({ views: EVENTFUL });
    expect([exitCode, stderr]).toEqual([0, '']);
    const types = schema.oneOf.flatMap(({ properties: { type } }) => type.enum ?? [type.const]);
    // The fixture's model beats its baselines: no warning.
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(types.filter((type) => type !== 'warning')));
    expect(events.at(-1)).toMatchObject({ v: 1, type: 'summary', status: 'completed' });
    expect(events.at(-1)?.experiment_id).toMatch(/^demo-[0-9a-f]{10}$/);
  });

  test('what happens twice in views is told once, phases with the time at which they began and ended', async () => {
    const { events } = await runEvents({ views: [...EVENTFUL, completedView()] });
    const extract = events.filter(({ phase }) => phase === 'extract');
    // It begins when `prepare`, of half a second, has ended, and takes one.
    expect(extract).toMatchObject([
      { type: 'phase_started', time: new Date(1_700_000_000_500).toISOString() },
      { type: 'phase_finished', seconds: 1, time: new Date(1_700_000_001_500).toISOString() },
    ]);
  });

  test('epochs between two looks are told when their trial ends, each once', async () => {
    const running = trialView(0, { status: 'running' });
    const asked: string[] = [];
    const { events } = await runEvents({
      views: [
        trainingView({ trials: [running], progress: { 'trial-000': progressAt(2) } }),
        trainingView({ trials: [DONE], progress: {} }),
        completedView({ trials: [DONE] }),
      ],
      epochs: async (runId) => {
        asked.push(runId);
        return [known(1, 0.2), known(2, 0.3)];
      },
    });
    const ofTrial = events.filter(({ trial_id }) => trial_id === 'trial-000').map(({ type, epoch }) => [type, epoch]);
    expect(asked).toEqual(['run-0']);
    expect(ofTrial.filter(([type]) => type !== 'best_changed')).toEqual([
      ['trial_started', undefined],
      ['epoch', 2],
      ['epoch', 1],
      ['trial_ended', undefined],
    ]);
  });

  test('an MLflow that does not answer is a warning, and ends nothing', async () => {
    const { exitCode, events } = await runEvents({
      views: [trainingView(), completedView()],
      epochs: async () => {
        throw new TtExpError('SERVICE_UNREACHABLE', 'MLflow is away');
      },
    });
    expect(exitCode).toBe(0);
    const [warning] = events.filter(({ type }) => type === 'warning');
    expect(warning?.message).toMatch(/^trial-\d+: epochs between two looks are missing.*MLflow is away$/);
  });

  test('epochs that nobody waits for any more are a warning too', async () => {
    const { events } = await runEvents({
      views: [trainingView(), completedView()],
      epochs: async () => {
        throw new TtExpError('INTERRUPTED', 'tt-exp: interrupted by Ctrl-C or a request to stop');
      },
    });
    const [warning] = events.filter(({ type }) => type === 'warning');
    expect(warning?.message).toMatch(/are missing, because the command ended before MLflow answered$/);
  });

  test('a failure before the start is a summary with its error, and an error line', async () => {
    const { exitCode, events, stderr } = await runEvents({ views: [] }, ['run', `${config}.gone`, '--events']);
    expect(exitCode).toBe(66);
    expect(events).toMatchObject([
      { type: 'summary', experiment_id: null, status: 'failed', error: { code: 'CONFIG_NOT_FOUND' } },
    ]);
    expect(stderr).toContain('error: ');
  });

  test('run --detach --events, and watch --events, end with a summary too', async () => {
    const detached = await runEvents({ views: [trainingView()] }, ['run', config, '--events', '--detach']);
    expect(detached.events.map(({ type }) => type)).toEqual(['service', 'started', 'summary']);
    const watched = await runEvents({ views: [completedView()] }, ['watch', EXPERIMENT_ID, '--events']);
    expect(watched.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['started', 'ended', 'summary']));
  });

  test('--events is refused beside --json', async () => {
    const { exitCode, stderr } = await runScripted(['run', config, '--events', '--json']);
    expect(exitCode).toBe(64);
    expect(stderr()).toContain("option '--events' cannot be used with option '--json'");
  });
});
