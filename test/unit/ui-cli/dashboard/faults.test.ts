/** What the full screen does when things are gone, unknown, too long, or begin anew. */
import { describe, expect, test } from 'vitest';
import { NO_LINES, withLines } from '../../../../ui-cli/dashboard/core/log-tail.ts';
import { parseLogLine } from '../../../../ui-cli/logs/log-line.ts';
import { doctorLines } from '../../../../ui-cli/services/doctor-lines.ts';
import { type DrivenDashboard, driveDashboard } from '../../../support/drive-dashboard.ts';
import { completedView, EXPERIMENT_ID, STARTED_AT_MS, trainingView } from '../../../support/experiment-views.ts';
import { manyExperiments } from '../../../support/many-experiments.ts';
import { SMALL_CONFIG } from '../../../support/small-sweep.ts';

const OTHER_ID = 'demo-0123456780';

const open = (columns = 100, rows = 24): DrivenDashboard =>
  driveDashboard({ screen: 'experiment', experimentId: EXPERIMENT_ID }, { nowMs: STARTED_AT_MS, columns, rows });

const type = (screen: DrivenDashboard, text: string): DrivenDashboard =>
  screen.press(':', ...[...text].map((one) => (one === ' ' ? 'space' : one)), 'enter');

const listed = (...ids: readonly string[]) =>
  manyExperiments(ids.length).map((row, place) => ({ ...row, experimentId: ids[place] ?? '' }));

const trouble = (screen: DrivenDashboard, feed: 'experiment' | 'curve', of: string, text: string): DrivenDashboard =>
  screen.send({ kind: 'trouble', request: { feed, of }, text, atMs: STARTED_AT_MS });

describe('ui-cli/dashboard: what is gone', () => {
  test('an experiment deleted in MLflow while it is shown: leaderboard and keys stay, and why there are no curves is told', () => {
    const shown = open().answer('experiment', EXPERIMENT_ID, trainingView());
    const gone = trouble(shown, 'curve', 'run-0/val_ndcg_at_10', 'MLflow: Run with id=run-0 not found');
    expect(gone.lines().at(-2)).toBe('MLflow: Run with id=run-0 not found');
    expect(gone.text()).toContain('trial-001');
    expect(gone.press('down', 'P').text()).toContain('> trial-001');
  });

  test('one that Temporal no longer has: the last view stays, with its age and why there is no newer one', () => {
    const shown = open().answer('experiment', EXPERIMENT_ID, trainingView());
    const later = trouble(shown, 'experiment', EXPERIMENT_ID, `experiment ${EXPERIMENT_ID}: not found`).send({
      ...{ kind: 'tick', atMs: STARTED_AT_MS + 90_000 },
    });
    expect(later.text()).toContain('trial-001');
    expect(later.lines().at(-2)).toBe(`experiment ${EXPERIMENT_ID}: not found (as of 1 min 30 s ago)`);
  });
});

describe('ui-cli/dashboard: silence', () => {
  const later = (screen: DrivenDashboard, seconds: number): DrivenDashboard =>
    screen.send({ kind: 'tick', atMs: STARTED_AT_MS + seconds * 1000 });

  test('a server that says nothing is told of after a while; what is asked only once may be old', () => {
    const shown = open()
      .answer('experiment', EXPERIMENT_ID, trainingView())
      .send({
        ...({ kind: 'fed', request: { feed: 'config', of: EXPERIMENT_ID, version: 'once' } } as const),
        ...{ value: SMALL_CONFIG, atMs: STARTED_AT_MS },
      });
    expect(later(shown, 4).text()).not.toContain('No answer');
    expect(later(shown, 5).text()).toContain('No answer for 5.0 s; what is shown is as old.');
    const answered = later(shown, 60).answer('experiment', EXPERIMENT_ID, trainingView());
    expect(later(answered, 64).text()).not.toContain('No answer');
  });
});

describe('ui-cli/dashboard: :open', () => {
  test('asks for what can be opened while one types', () => {
    expect(open().asked()).not.toContain('experiments:');
    expect(open().press(':').asked()).toEqual(expect.arrayContaining(['experiments:', 'models:']));
    expect(open().press('/').asked()).not.toContain('experiments:');
  });

  test('opens an id that was not listed, and names the nearest one where there is none', () => {
    const screen = type(open().answer('experiments', '', listed(EXPERIMENT_ID)), `open ${OTHER_ID}`);
    expect(screen.lines()[0]).toBe(`tt-exp › experiments › ${OTHER_ID}`);
    const unknown = trouble(screen, 'experiment', OTHER_ID, `experiment ${OTHER_ID}: not found`);
    expect(unknown.lines().slice(1, 3)).toEqual([
      `experiment ${OTHER_ID}: not found`,
      `Did you mean ${EXPERIMENT_ID}? :open ${EXPERIMENT_ID}`,
    ]);
  });

  test('what is no id is not opened, and the nearest one is named', () => {
    const screen = type(open().answer('experiments', '', listed('sweep-0123456789')), 'open sweeep');
    expect(screen.lines()[0]).toContain(EXPERIMENT_ID);
    expect(screen.text()).toContain('No experiment sweeep');
  });
});

describe('ui-cli/dashboard: extend', () => {
  const action = { kind: 'extend', experimentId: EXPERIMENT_ID, by: 'trials', total: 9 } as const;
  const outcome = {
    ...({ kind: 'started', experimentId: OTHER_ID, from: EXPERIMENT_ID } as const),
    ...{ text: `${OTHER_ID} is started, extends ${EXPERIMENT_ID}`, isBad: false as const },
  };

  test('who still looks at the experiment gets to see the new one, and Esc goes back', () => {
    const shown = open().answer('experiment', EXPERIMENT_ID, completedView()).send({ kind: 'done', action, outcome });
    expect(shown.lines()[0]).toBe(`tt-exp › experiments › ${OTHER_ID}`);
    expect(shown.text()).toContain(`${OTHER_ID} is started, extends ${EXPERIMENT_ID}; Esc goes back`);
    expect(shown.press('escape', 'escape').lines()[0]).toBe(`tt-exp › experiments › ${EXPERIMENT_ID}`);
  });

  test('who looks at something else, or answers a question, is told how to open it', () => {
    for (const screen of [open().press('1'), open().answer('experiment', EXPERIMENT_ID, trainingView()).press('X')]) {
      const told = screen.send({ kind: 'done', action, outcome });
      expect(told.lines()[0]).toBe(screen.lines()[0]);
      expect(told.text()).toContain(`:open ${OTHER_ID}`);
    }
  });
});

describe('ui-cli/dashboard: pages', () => {
  test('the help stops at its last line, and one key up shows the line before', () => {
    const help = open(80, 14).answer('experiment', EXPERIMENT_ID, trainingView()).press('?');
    const end = help.press(...Array.from({ length: 30 }, () => 'page-down'));
    const last = 'Any other key leaves this page.';
    expect(end.lines().at(-3)).toBe(last);
    expect(end.press('down').lines()).toEqual(end.lines());
    expect(end.press('up').lines()).not.toContain(last);
    expect(end.press('g').lines()[1]).toBe('Keys');
    expect(end.press('g', 'G').lines()).toEqual(end.lines());
  });

  test('what the doctor finds is one below the other where a table would be broken', () => {
    const check = { part: 'mlflow', chosen: 'embedded, managed', version: '3.17.2', status: 'ok' } as const;
    const checks = [
      { ...check, address: 'http://127.0.0.1:23687', remedy: null },
      { ...check, part: 'git', version: null, address: null, remedy: 'Install git.' },
    ];
    const findings = { checks, isUsable: true, runs: null };
    expect(doctorLines(findings, 60)).toEqual([
      ...['mlflow: ok', '  3.17.2', '  embedded, managed', '  http://127.0.0.1:23687'],
      ...['git: ok', '  embedded, managed', 'hint: git: Install git.'],
    ]);
    expect(doctorLines(findings, 80)[1]).toBe('mlflow  ok      3.17.2   embedded, managed  http://127.0.0.1:23687');
    expect(doctorLines(findings)).toEqual(doctorLines(findings, 80));
  });
});

describe('ui-cli/dashboard/screens/log: messages', () => {
  test('a long message takes rows from the log, whose last line stays in sight', () => {
    const tail = withLines(
      NO_LINES,
      Array.from({ length: 50 }, (_, index) => parseLogLine(`line ${index}`)),
    );
    const place = { screen: 'log', service: 'mlflow' } as const;
    const log = driveDashboard(place, { nowMs: STARTED_AT_MS, columns: 80, rows: 14 }).answer('log', 'mlflow', tail);
    expect(log.lines().at(-3)).toContain('line 49');
    const text = 'the server has refused it because '.repeat(8);
    const told = log.send({
      ...({ kind: 'done', action: { kind: 'doctor' } } as const),
      outcome: { kind: 'told', text, isBad: true },
    });
    expect(told.lines()).toHaveLength(14);
    const end = told.lines().findIndex((line) => line.includes('line 49'));
    expect(told.lines()[end + 1]).toMatch(/^the server has refused/);
  });
});
