/** `tt-exp ab` on services that a test scripts; its JSON against the published form. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { OnlineView } from '../../../../client/online-client.ts';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { PlannedMove } from '../../../../contracts/model-catalogue.ts';
import type { OnlineAudience } from '../../../../contracts/online-audience.ts';
import type { OnlineExperiment } from '../../../../contracts/online-experiment.ts';
import type {
  EndedOnline,
  OnlineExperimentInput,
  OnlineOutcome,
  OnlineStop,
} from '../../../../contracts/online-steps.ts';
import type { OnlineHome } from '../../../../ui-cli/online/online-runtime.ts';
import type { PlatformRuntime } from '../../../../ui-cli/platform/platform-runtime.ts';
import { runOnCatalogue } from '../../../support/fake-cli/fake-catalogue.ts';
import { measuredOnline, onlineExperiment } from '../../../support/online-experiments.ts';

const ajv = new Ajv2020({ strictRequired: false, allowUnionTypes: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
ajv.addSchema(JSON.parse(readFileSync('docs/ab.schema.json', 'utf8')), 'ab');

const expectPublished = (command: string, text: string): void => {
  const validate = ajv.getSchema(`ab#/$defs/${encodeURIComponent(command)}`);
  expect(validate?.(JSON.parse(text)), `${text}: ${ajv.errorsText(validate?.errors)}`).toBe(true);
};

const ALIASES = { champion: '3', challenger: null, previous: null };

const plan = async (reference: string): Promise<PlannedMove> => {
  const [name = '', version = ''] = reference.split('/');
  return {
    ...{ name, version, aliases: ALIASES, verdict: 'none', reasons: [], decidedBy: null, notes: [] },
    ...{
      evidence: { run_id: `run-${version}` },
      ...{ gate: null, gateWord: null },
      bundle: 'b'.repeat(64),
      problem: version === '9' ? 'model.json is missing' : null,
    },
  };
};

interface Script {
  /** What the workflow tells; null: there is none. */
  readonly view?: OnlineView | null;
  readonly outcome?: OnlineOutcome;
  readonly defined?: OnlineExperiment | null;
  /** Begun by `serve --ab`, and stopped. */
  readonly ended?: EndedOnline | null;
  /** What fails of ending one of `serve --ab`. */
  readonly broken?: readonly string[];
  readonly aliases?: typeof ALIASES;
  /** One after the other, the last one for ever; an error is thrown. */
  readonly audiences?: readonly (OnlineAudience | Error)[];
}

const GIVING: OnlineAudience = {
  ...{ isOfHome: true, servers: [{ url: 'http://127.0.0.1:1', isGiving: true, problems: [] }] },
  last_list_at: new Date().toISOString(),
};

const run = async (
  args: readonly string[],
  { view = null, outcome, defined = null, aliases = ALIASES, audiences = [GIVING], ...home }: Script = {},
  isTerminal = false,
) => {
  const started: OnlineExperimentInput[] = [];
  const stopped: OnlineStop[] = [];
  const removed: string[] = [];
  const reports: string[] = [];
  const { broken = [] } = home;
  let { ended = null } = home;
  const failAt = (step: string): void => {
    if (broken.includes(step)) {
      throw new Error(`${step} fails`);
    }
  };
  const left = [...audiences];
  const online = {
    start: async (input: OnlineExperimentInput) => {
      started.push(input);
    },
    view: async (): Promise<OnlineView | null> => {
      const [input] = started;
      return input === undefined
        ? view
        : {
            snapshot: { ...input, phase: 'running', measured: null, problem: null },
            ...{ outcome: outcome ?? null, isRunning: outcome === undefined, endedAt: null },
          };
    },
    stop: async (_: string, stop: OnlineStop) => {
      stopped.push(stop);
      return outcome;
    },
  };
  const openPlatform = (async () => ({
    online,
    close: async () => undefined,
  })) as unknown as PlatformRuntime['openPlatform'];
  const onlineHome: OnlineHome = {
    defined: async () => defined,
    remove: async ({ id }) => {
      removed.push(id);
    },
    measure: async ({ experiment }) => {
      failAt('measure');
      return measuredOnline(experiment, 'continue');
    },
    ended: async () => ended,
    keepEnd: async (next) => {
      failAt('keepEnd');
      ended = next;
    },
    keepReport: async ({ id }, { report }) => {
      failAt('keepReport');
      reports.push(`${id}: ${report.users} users`);
    },
    audience: async () => {
      const next = (left.length > 1 ? left.shift() : left[0]) ?? GIVING;
      if (next instanceof Error) {
        throw next;
      }
      return next;
    },
  };
  const result = await runOnCatalogue(
    ['ab', ...args],
    {
      plan,
      aliases: async (name) => {
        if (name !== 'two-tower') {
          throw new TtExpError('MODEL_NOT_FOUND', 'no such model', { hint: 'Known: two-tower.' });
        }
        return aliases;
      },
    },
    { openPlatform, onlineHome: async () => onlineHome, isTerminal },
  );
  return { ...result, started, stopped, removed, reports, ended: () => ended };
};

const START = ['start', 'two-tower', '--challenger', 'two-tower/4', '--yes'];

const viewOf = (change: Partial<OnlineView> = {}): OnlineView => ({
  snapshot: {
    ...{ experiment: onlineExperiment(), settings: measuredOnline(onlineExperiment(), 'continue').report.settings },
    ...{ on_win: 'ask', phase: 'running', measured: measuredOnline(onlineExperiment(), 'continue'), problem: null },
  },
  ...{ outcome: null, isRunning: true, endedAt: null },
  ...change,
});

const OUTCOME: OnlineOutcome = {
  ...{ end: 'cleared', reason: 'It is clear.', seq: 7, measured: measuredOnline(onlineExperiment(), 'clear') },
};

describe('ui-cli/online', () => {
  test('ab start: says what users get, and begins what was asked for', async () => {
    const { exitCode, started, stderr, stdout } = await run([
      ...[...START, '--share', '0.2', '--attribution', '2h', '--max-days', '7', '--min-users', '50'],
      ...['--on-win', 'promote', '--reason', 'better offline', '--json'],
    ]);
    expect(exitCode, stderr()).toBe(0);
    expect(started).toMatchObject([
      {
        experiment: {
          ...{ model: 'two-tower', mode: 'split', share: 0.2, attribution_hours: 2 },
          champion: { version: '3', run_id: 'run-3' },
          challenger: { version: '4', run_id: 'run-4' },
        },
        settings: { minimum_users: 50, max_days: 7, confidence: 0.95 },
        ...{ on_win: 'promote', actor: 'tester', reason: 'better offline' },
      },
    ]);
    expect(stderr()).toContain('version 4 becomes challenger and is tried beside champion version 3');
    expect(stderr()).toContain("20 % of the users get the lists of the challenger, the others the champion's");
    expectPublished('ab start', stdout());
  });

  test.each([
    [['start', 'two-tower', '--yes'], 64, 'no version is challenger'],
    [['start', 'two-tower', '--yes'], 64, '--challenger two-tower/<version> names any but the champion'],
    [['start', 'two-tower', '--challenger', 'other/4', '--yes'], 64, 'expected a version of two-tower'],
    [['start', 'two-tower', '--challenger', '3', '--yes'], 1, 'version 3 is champion'],
    [['start', 'two-tower', '--challenger', '9', '--yes'], 66, 'model.json is missing'],
    [[...START, '--share', '1'], 64, 'got 1, expected 0.0001 to 0.9999 of the users in mode split: hardly anybody'],
    [[...START, '--share', '0.99999'], 64, 'got 0.99999, expected 0.0001 to 0.9999'],
    [[...START, '--share', '0.00001'], 64, 'got 0.00001, expected 0.0001 to 0.9999 of the users in mode split'],
    [[...START, '--share', '1.5', '--mode', 'interleave'], 64, 'expected 0.0001 to 1 of the users in mode interleave'],
    [[...START, '--share', 'x'], 64, '--share'],
    [[...START, '--share', '0'], 64, '--share'],
    [[...START, '--mode', 'half'], 64, '--mode'],
    [['start', 'two-tower', '--challenger', '4'], 64, 'Add --yes'],
    [['stop', 'two-tower', '--yes'], 64, '--reason'],
    [['stop', 'two-tower', '--yes', '--reason', 'x'], 66, 'no experiment online runs'],
    [['status', 'two-tower'], 66, 'no experiment online runs'],
    [['report', 'two-tower'], 66, 'no experiment online runs'],
    [['stop', 'nomodel', '--yes', '--reason', 'x'], 66, 'Known: two-tower'],
    [['status', 'nomodel'], 66, 'Known: two-tower'],
    [['report', 'nomodel'], 66, 'Known: two-tower'],
  ] as const)('ab %s: refused with %s', async (args, exitCode, message) => {
    const result = await run(args);
    expect([result.exitCode, result.started]).toEqual([exitCode, []]);
    expect(result.stderr()).toContain(message);
  });

  test.each(['interleave', 'shadow'])('ab start: gives everybody what a challenger has a part in: %s', async (mode) => {
    const { exitCode, started } = await run([...START, '--mode', mode, '--share', '1']);
    expect([exitCode, started[0]?.experiment.share]).toEqual([0, 1]);
  });

  test('ab start: takes the version that is challenger already, and needs a champion', async () => {
    const { started, stderr } = await run(['start', 'two-tower', '--yes'], {
      aliases: { ...ALIASES, challenger: '5' as never },
    });
    expect(stderr()).toContain('version 5 is challenger already and is tried beside champion version 3');
    expect(started[0]?.experiment.challenger.version).toBe('5');
    const without = await run(START, { aliases: { ...ALIASES, champion: null as never } });
    expect(without.stderr()).toContain('it has no champion');
  });

  test('ab start: says why it never began', async () => {
    const outcome: OnlineOutcome = { end: 'refused', reason: 'Version 5 is challenger.', seq: null, measured: null };
    const { exitCode, stderr } = await run(START, { outcome });
    expect(exitCode).toBe(1);
    expect(stderr()).toContain('Version 5 is challenger.');
    expect(stderr()).not.toContain('becomes challenger');
  });

  test('ab start: announces nothing where an experiment runs already', async () => {
    const { exitCode, started, stderr } = await run(START, { view: viewOf() });
    expect([exitCode, started]).toEqual([1, []]);
    expect(stderr()).toContain('model two-tower: an experiment online runs already');
    expect(stderr()).not.toContain('becomes challenger');
    const ended = await run(START, { view: viewOf({ isRunning: false, outcome: OUTCOME }) });
    expect([ended.exitCode, ended.started.length]).toEqual([0, 1]);
  });

  test.each([
    ['--yes', START],
    ['a person who would be asked', START.filter((word) => word !== '--yes')],
  ])('ab start: names the experiment that runs by `serve --ab`, and shows no plan, with %s', async (_, args) => {
    const { exitCode, started, stderr } = await run(args, { defined: onlineExperiment({ id: 'ab-2' }) }, true);
    expect([exitCode, started]).toEqual([1, []]);
    expect(stderr()).toContain('model two-tower: experiment ab-2 runs by `serve --ab`, with challenger 4 for 50 % of');
    expect(stderr()).toContain('`tt-exp ab stop two-tower --reason …` ends it');
    expect(stderr()).not.toContain('becomes challenger');
  });

  test('ab status: shows what runs, how it ended, and what nobody decides', async () => {
    const running = await run(['status', 'two-tower'], { view: viewOf() });
    expect(running.stdout()).toContain('two-tower: experiment ab-1 runs\nversion 4 beside champion version 3, split');
    expect(running.stdout()).toContain('200 users observed in full, 3 still open');
    const ended = await run(['status', 'two-tower'], { view: viewOf({ isRunning: false, outcome: OUTCOME }) });
    expect(ended.stdout()).toContain(
      'has ended\nversion 4 beside champion version 3, split, share 0.5, since 2026-01-01T00:00:00.000Z\n' +
        'Ended: the challenger is one no more, record 7 of the ledger\nIt is clear.\n',
    );
    const undecided = {
      defined: onlineExperiment({ id: 'ab-2' }),
      view: viewOf({ isRunning: false, outcome: OUTCOME }),
    };
    expect((await run(['status', 'two-tower'], undecided)).stdout()).toContain('ab-2 runs by `serve --ab`');
    for (const script of [{ view: viewOf() }, { view: viewOf({ isRunning: false, outcome: OUTCOME }) }, undecided]) {
      expectPublished('ab status', (await run(['status', 'two-tower', '--json'], script)).stdout());
    }
  });

  test('ab start, ab status: say that nobody gives its lists', async () => {
    const nobody = { ...GIVING, servers: [], last_list_at: null };
    const warning =
      'no server of this home answers for two-tower, so nobody gets lists of the experiment: start one with `tt-exp serve --model two-tower`';
    const begun = await run([...START, '--json'], { audiences: [nobody] });
    expect(JSON.parse(begun.stdout()).warnings).toEqual([warning]);
    expectPublished('ab start', begun.stdout());
    expect((await run(START, { audiences: [nobody] })).stdout()).toContain(`warning: ${warning}\n`);
    const status = await run(['status', 'two-tower', '--json'], { view: viewOf(), audiences: [nobody] });
    expect(JSON.parse(status.stdout())).toMatchObject({ warnings: [warning], last_list_at: null });
    expectPublished('ab status', status.stdout());
    const shown = await run(['status', 'two-tower'], { view: viewOf(), audiences: [nobody] });
    expect(shown.stdout()).toContain(`warning: ${warning}\n`);
    const ended = await run(['status', 'two-tower', '--json'], {
      ...{ view: viewOf({ isRunning: false, outcome: OUTCOME }), audiences: [nobody] },
    });
    expect(JSON.parse(ended.stdout()).warnings).toEqual([]);
  });

  test('ab start: waits until its servers give the lists, and has begun though they cannot be asked', async () => {
    const [server] = GIVING.servers;
    const waiting = { ...GIVING, servers: [{ ...server, url: 'http://127.0.0.1:1', isGiving: false, problems: [] }] };
    const begun = await run([...START, '--json'], { audiences: [waiting, waiting, GIVING] });
    expect(JSON.parse(begun.stdout()).warnings).toEqual([]);
    const unknown = await run([...START, '--json'], { audiences: [new Error('no such disk')] });
    expect([unknown.exitCode, JSON.parse(unknown.stdout()).warnings]).toEqual([
      0,
      ['whether servers give its lists cannot be told: no such disk'],
    ]);
  });

  test('ab report: measures what runs in this home, and prints what the last one had shown', async () => {
    const now = await run(['report', 'two-tower', '--json'], { view: viewOf(), defined: onlineExperiment() });
    expect(JSON.parse(now.stdout())).toMatchObject({ decision: 'continue', losses: { lost_impressions: 0 } });
    expectPublished('ab report', now.stdout());
    const last = await run(['report', 'two-tower'], { view: viewOf({ isRunning: false, outcome: OUTCOME }) });
    expect(last.stdout()).toContain('Decision: clear. It is clear.');
  });

  test('ab report: says which lines of the logs it could not read', async () => {
    const measured = measuredOnline(onlineExperiment(), 'continue');
    const losses = { ...measured.losses, damaged_impressions: 1, damaged_events: 4, half_surrogates: 3 };
    const outcome = { ...OUTCOME, measured: { ...measured, losses } };
    const view = viewOf({ isRunning: false, outcome });
    expect((await run(['report', 'two-tower'], { view })).stdout()).toContain(
      'warning: 1 lines of lists and 4 of events cannot be read, and are left out: 2 were cut, 3 hold half a surrogate pair, which earlier versions took\n',
    );
    expectPublished('ab report', (await run(['report', 'two-tower', '--json'], { view })).stdout());
  });

  test('ab report: says that nothing was measured of the last one', async () => {
    const { snapshot } = viewOf();
    const view = viewOf({
      snapshot: { ...snapshot, measured: null },
      ...{ isRunning: false, outcome: { ...OUTCOME, end: 'stopped', reason: 'stopped by bea: early', measured: null } },
    });
    const { exitCode, stderr } = await run(['report', 'two-tower'], { view });
    expect(exitCode).toBe(66);
    expect(stderr()).toContain('nothing was measured of experiment ab-1, which has ended: stopped by bea: early');
  });

  test('ab stop: ends the workflow, or removes a definition that has none', async () => {
    const stop = ['stop', 'two-tower', '--reason', 'complaints', '--yes', '--json'];
    const running = await run(stop, { view: viewOf(), outcome: OUTCOME, defined: onlineExperiment() });
    expect([running.stopped, running.removed]).toEqual([[{ by: 'tester', reason: 'complaints' }], []]);
    expectPublished('ab stop', running.stdout());
    const undecided = await run(stop, { defined: onlineExperiment({ id: 'ab-2' }) });
    expect([undecided.stopped, undecided.removed]).toEqual([[], ['ab-2']]);
    expect(undecided.stderr()).toContain('stays challenger');
    expectPublished('ab stop', undecided.stdout());
  });

  const WON = viewOf({ isRunning: false, outcome: { ...OUTCOME, end: 'won', reason: 'It is better.' } });
  const OF_SERVE = onlineExperiment({ id: 'ab-2', started_at: '2026-01-05T00:00:00.000Z' });
  const STOP = ['stop', 'two-tower', '--reason', 'complaints', '--yes'];

  test('ab stop, ab status, ab report: one that `serve --ab` began is the last once it was stopped, with its report', async () => {
    const { reports, ended, stdout } = await run(STOP, { view: WON, defined: OF_SERVE });
    expect(stdout()).toContain('experiment ab-2 has ended: stopped by tester: complaints');
    expect(reports).toEqual(['ab-2: 200 users']);
    const script = { view: WON, ended: ended() };
    const at = ended()?.ended_at;
    const status = (await run(['status', 'two-tower'], script)).stdout();
    expect(status).toContain('two-tower: experiment ab-2 has ended\n');
    expect(status).toContain(
      `Ended: it was stopped; version 4 was left as it was, at ${at}\nstopped by tester: complaints\n`,
    );
    expectPublished('ab status', (await run(['status', 'two-tower', '--json'], script)).stdout());
    const report = (await run(['report', 'two-tower'], script)).stdout();
    expect(report).toContain('Experiment ab-2: two-tower version 4');
    expect(report).toContain(`Ended: stopped by tester: complaints, at ${at}\n`);
    expect(report).not.toContain('Decision');
    expect(report).not.toContain(' of 14');
    const later = { ...WON.snapshot, experiment: onlineExperiment({ started_at: '2026-01-06T00:00:00.000Z' }) };
    const after = await run(['status', 'two-tower'], { ...script, view: { ...WON, snapshot: later } });
    expect(after.stdout()).toContain('Ended: the challenger is better and awaits');
  });

  test('ab stop: ends what `serve --ab` began whatever cannot be measured or kept, and says so', async () => {
    const unmeasured = await run(STOP, { defined: OF_SERVE, broken: ['measure'] });
    expect([unmeasured.exitCode, unmeasured.removed, unmeasured.reports]).toEqual([0, ['ab-2'], []]);
    const why = 'stopped by tester: complaints (it could not be measured at its end: measure fails)';
    expect(unmeasured.ended()).toMatchObject({ measured: null, reason: why });
    const report = await run(['report', 'two-tower'], { view: WON, ended: unmeasured.ended() });
    expect(report.stderr()).toContain(`nothing was measured of experiment ab-2, which has ended: ${why}`);
    const unkept = await run(STOP, { defined: OF_SERVE, broken: ['keepEnd', 'keepReport'] });
    expect([unkept.exitCode, unkept.removed]).toEqual([0, ['ab-2']]);
    expect(unkept.stderr()).toContain('warning: how it ended cannot be kept in this home: keepEnd fails');
    expect(unkept.stderr()).toContain("warning: its report is not with its challenger's run: keepReport fails");
  });

  test('ab report: names the end where nobody has decided, and no planned end where there is none', async () => {
    const endedAt = '2026-01-03T00:00:00.000Z';
    const endOf = async (outcome: OnlineOutcome | null) =>
      (await run(['report', 'two-tower'], { view: viewOf({ isRunning: false, outcome, endedAt }) })).stdout();
    const measured = measuredOnline(onlineExperiment(), 'continue');
    const stopped = await endOf({ ...OUTCOME, end: 'stopped', reason: 'stopped by bea: early', measured });
    expect(stopped).toContain(`Ended: stopped by bea: early, at ${endedAt}\n`);
    expect(stopped).not.toContain('Decision');
    expect(await endOf({ ...OUTCOME, end: 'void', reason: 'version 3 is not champion any more', measured })).toContain(
      `Ended: void: version 3 is not champion any more, at ${endedAt}\n`,
    );
    expect(await endOf(null)).toContain(`Ended: its workflow ended without an outcome, at ${endedAt}\n`);
    const undecided = (await run(['report', 'two-tower'], { defined: OF_SERVE })).stdout();
    expect(undecided).toContain('Day 1: 200 users observed in full');
    expect(undecided).toContain('Nobody decides it: it runs until `tt-exp ab stop two-tower --reason …`\n');
    expect(undecided).not.toContain('Decision');
  });
});
