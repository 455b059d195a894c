/** That the full screen tells, where one looks, what a key is about to do, why something failed, and what it cannot show. */
import { describe, expect, it } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ResolvedConfig } from '../../../../contracts/resolved-config.ts';
import type { Action } from '../../../../ui-cli/dashboard/core/actions.ts';
import { NEW_EXPLORE } from '../../../../ui-cli/dashboard/core/explore.ts';
import { explain } from '../../../../ui-cli/dashboard/program/explain.ts';
import { driveDashboard } from '../../../support/drive-dashboard.ts';
import {
  completedView,
  crowdedView,
  EXPERIMENT_ID,
  progressAt,
  STARTED_AT_MS,
  trainingView,
  trialView,
} from '../../../support/experiment-views.ts';

const NOW_MS = STARTED_AT_MS + 60_000;
const PLACE = { screen: 'experiment', experimentId: EXPERIMENT_ID } as const;
const TRIAL = { screen: 'trial', experimentId: EXPERIMENT_ID, trialId: 'trial-002' } as const;

const open = (view = completedView(), size: { readonly columns?: number; readonly rows?: number } = {}) =>
  driveDashboard(PLACE, { nowMs: NOW_MS, ...size }).answer('experiment', EXPERIMENT_ID, view);

describe('ui-cli/dashboard: what is told', () => {
  it('a question about several names them, as many as have room', () => {
    const two = open(crowdedView()).press('down', 'space', 'space', 'x').lines();
    expect(two.slice(-3, -1)).toEqual(['trial-001, trial-002', 'Cancel 2 trials? Type cancel:']);
    const eight = open(crowdedView(), { columns: 120 }).press(...Array.from({ length: 8 }, () => 'space'), 'x');
    expect(eight.lines().at(-3)).toBe('trial-000, trial-001, trial-002, trial-003, trial-004, trial-005 and 2 more');
  });

  it('a cause that is cut names the key that shows all of it', () => {
    const message = `the worker said ${'a long sentence '.repeat(12)}to its end`;
    const error = { code: 'TRAINING_DIVERGED' as const, message, hint: 'Lower the rate.' };
    const view = completedView({
      status: 'failed',
      phase: 'train',
      error,
      trials: [trialView(2, { status: 'failed', error })],
    });
    expect(open(view).text()).not.toContain('to its end');
    expect(open(view).text()).toMatch(/TRAINING_DIVERGED: the worker said .*… {2}\(f: all of it\)/);
    const full = open(view).press('f').text().replaceAll(/\s+/g, ' ');
    expect(full).toContain('to its end Hint: Lower the rate.');
    expect(full).toContain('trial-002: TRAINING_DIVERGED');
    const trial = driveDashboard(TRIAL, { nowMs: NOW_MS }).answer('experiment', EXPERIMENT_ID, view);
    expect(trial.text()).toContain('(f: all of it)');
    expect(trial.press('f').text().replaceAll(/\s+/g, ' ')).toContain('to its end');
    expect(open(crowdedView()).press('f').state.overlay.kind).toBe('none');
  });

  it('help breaks long lines, keeps keys and texts apart, lists a key once, and says what is below', () => {
    const help = open(crowdedView(), { columns: 80, rows: 24 }).press('tab', '?');
    const all = open(crowdedView(), { columns: 80, rows: 90 }).press('tab', '?').lines();
    expect(all.filter((line) => line.includes('…'))).toEqual([]);
    const place = all.indexOf('  :columns <a,b,c | all>');
    expect(all[place + 1]).toBe('                        show these columns in this order');
    const keys = all.slice(0, all.indexOf('Commands'));
    expect(keys.filter((line) => /^ {2}↑/.test(line))).toEqual([expect.stringContaining('in the pane')]);
    expect(keys.filter((line) => /^ {2}PgUp/.test(line))).toEqual([expect.stringContaining('in the pane')]);
    expect(all.join(' ')).toContain('go one row down');
    expect(help.lines()[0]).toMatch(/ \d+ more below$/);
    expect(help.press('G').lines()[0]).not.toContain('below');
  });

  it('the next experiment is drawn as it is, and keys move in its table', () => {
    const looked = open(crowdedView()).press('l', 'w', 'tab', 'down');
    expect(looked.state.explore).toMatchObject({ isLog: true, smoothing: 0.6, isPaneFocused: true });
    expect(looked.press('enter').state.explore).toMatchObject({ isLog: true, isPaneFocused: true });
    expect(looked.press('1').state.explore).toEqual(NEW_EXPLORE);
  });

  it('a filter that leaves no row says why', () => {
    const shown = (filter: string) =>
      open()
        .press('/', ...filter, 'enter')
        .lines()
        .at(-3) ?? '';
    expect(shown('lr>>3')).toBe('No rows: lr>>3 is no condition: write it as lr<0.001 or loss=bpr.');
    expect(shown('state=fail')).toBe('No rows: nothing is state=fail; state~fail finds parts of words.');
    expect(
      open()
        .press('/', ...'state=failed', 'enter')
        .text(),
    ).not.toContain('No rows');
  });

  it('`e` extends by epochs where trials have no limit, and says so while the settings are not known', () => {
    expect(open().press('?').text()).toMatch(/ e +start a new experiment from this one/);
    expect(open().press('e').text()).toContain('The settings have not come yet');
    const config = { training: { num_epochs: 5 }, sweep: { max_trials: null, fixed: {} } } as unknown as ResolvedConfig;
    const known = open().answer('config', EXPERIMENT_ID, config).press('e');
    expect(known.press('5', 'enter').text()).toContain('more than the 5 it has');
    const asked = known.press('9', 'enter');
    expect(asked.text()).toContain('to 9 epochs');
    const done = asked.press(...'extend', 'enter');
    const action: Action = { kind: 'extend', experimentId: EXPERIMENT_ID, by: 'epochs', total: 9 };
    expect(done.effects).toEqual([{ kind: 'act', action }]);
    expect(done.state.lastCommands).toEqual([`tt-exp extend ${EXPERIMENT_ID} --epochs 9`]);
    const text = 'later-0123456789 is started';
    const outcome = {
      kind: 'started',
      experimentId: 'later-0123456789',
      from: EXPERIMENT_ID,
      text,
      isBad: false,
    } as const;
    const opened = done.send({ kind: 'done', action, outcome }).state.places.at(-1);
    expect(opened).toEqual({ screen: 'experiment', experimentId: 'later-0123456789' });
  });

  it('`y` names the command that shows the experiment, and the trial', () => {
    expect(open().press('y').lines().at(-2)).toBe(`tt-exp show ${EXPERIMENT_ID}`);
    const trial = driveDashboard(TRIAL, { nowMs: NOW_MS }).answer('experiment', EXPERIMENT_ID, completedView());
    expect(trial.press('y').lines().at(-2)).toBe(`tt-exp why ${EXPERIMENT_ID}/trial-002`);
  });

  it('what went well is news for 20 s; what went wrong stays until a key', () => {
    const action: Action = { kind: 'steer', experimentIds: [EXPERIMENT_ID], request: { kind: 'pause' } };
    const isTold = (isBad: boolean, seconds: number) =>
      open()
        .send({ kind: 'done', action, outcome: { kind: 'told', text: 'paused; it keeps its epochs', isBad } })
        .send({ kind: 'tick', atMs: NOW_MS + seconds * 1000 })
        .text()
        .includes('paused; it keeps');
    expect([isTold(false, 19), isTold(false, 20), isTold(true, 60)]).toEqual([true, false, true]);
  });

  it('a trial that waits is not told as one that trains', () => {
    const trials = [
      trialView(0, { status: 'running', isInFlight: true }),
      trialView(1, { status: 'running', isInFlight: false }),
    ];
    const sweep = { isPaused: true, maxParallel: 2, halt: null, trialCount: 2 };
    const lines = open(trainingView({ trials, sweep, progress: { 'trial-000': progressAt(2) } })).lines();
    expect(lines.find((line) => /^[> ] trial-000/.test(line))).toContain('running');
    expect(lines.find((line) => /^[> ] trial-001/.test(line))).toContain('waiting');
  });

  it.each([20, 40])('on %i columns it says first how large it must be', (columns) => {
    const { columns: wide, rows } = { columns, rows: 5 };
    const text = driveDashboard({ screen: 'experiments' }, { nowMs: NOW_MS, columns: wide, rows }).lines();
    expect(text[0]).toMatch(/^60×12 needed/);
    expect(text.join(' ')).toContain(`has ${columns}×5. q leaves.`);
  });

  it('a sentence that has ended is not joined to its remedy by `.;`', () => {
    const of = (text: string) => explain(new TtExpError('USAGE', text, { hint: 'Promote a version.' }));
    expect(of('No other version is not archived.')).toBe('No other version is not archived. Promote a version.');
    expect(of('got 3, expected 4')).toBe('got 3, expected 4; Promote a version.');
    expect(explain('gone')).toBe('gone');
  });
});
