/** Services and their logs, as a person reads them. */
import { describe, expect, it } from 'vitest';
import type { ServiceStatus } from '../../../../contracts/services.ts';
import { type LogTail, NO_LINES, withLines } from '../../../../ui-cli/dashboard/core/log-tail.ts';
import { followLog } from '../../../../ui-cli/dashboard/program/follow-log.ts';
import { parseLogLine } from '../../../../ui-cli/logs/log-line.ts';
import { type DrivenDashboard, driveDashboard } from '../../../support/drive-dashboard.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12);

const service = (name: string): ServiceStatus => ({
  ...{ name, kind: 'worker', state: 'healthy', pid: 1, version: null, address: null, uiUrl: null },
  ...{ uptimeSeconds: 60, restarts: 0, logFile: null, lastError: null },
});

const numbered = (from: number, to: number): LogTail =>
  withLines(
    NO_LINES,
    Array.from({ length: to - from + 1 }, (_, at) => parseLogLine(`line ${from + at}`)),
  );

const openLog = (tail: LogTail): DrivenDashboard =>
  driveDashboard({ screen: 'log', service: 'mlflow' }, { nowMs: NOW_MS }).answer('log', 'mlflow', tail);

const body = (dashboard: DrivenDashboard): readonly string[] => dashboard.lines().slice(1, -2);

describe('ui-cli/dashboard/screens/services', () => {
  it('opens the log of the service under the cursor, and that of the supervisor', () => {
    const status = {
      home: '/home',
      supervisor: { state: 'running', pid: 1, elsewhere: null, startedAtMs: 0, logFile: '/log' },
      services: [service('temporal'), service('mlflow')],
    } as const;
    const services = driveDashboard({ screen: 'services' }, { nowMs: NOW_MS }).answer('services', '', status);
    expect(services.press('down', 'enter').asked()).toEqual(['log:mlflow']);
    expect(services.press('l').asked()).toEqual(['log:supervisor']);
    expect(services.press('d').effects).toEqual([{ kind: 'act', action: { kind: 'doctor' } }]);
  });
});

describe('ui-cli/dashboard/screens/log', () => {
  it('follows the end until somebody scrolls, then stays there until f', () => {
    const log = openLog(numbered(1, 100));
    // 24 rows: a title, 21 lines, a message, a footer.
    expect([body(log)[0], body(log).at(-1)]).toEqual(['line 80', 'line 100']);
    const read = log.press('up', 'up');
    expect(body(read)[0]).toBe('line 78');
    const more = read.answer('log', 'mlflow', withLines(numbered(1, 100), [parseLogLine('line 101')]));
    expect(body(more)[0]).toBe('line 78');
    expect(more.lines()[0]).toContain('f follows again');
    expect(body(more.press('f')).at(-1)).toBe('line 101');
    expect(body(more.press('home'))[0]).toBe('line 1');
    expect(body(more.press('home', 'page-down', 'down'))[0]).toBe('line 23');
  });

  it('keeps the last 10,000 lines, and the place of whoever reads', () => {
    const read = openLog(numbered(1, 10_000)).press('page-up');
    const [before] = body(read);
    const more = withLines(numbered(1, 10_000), numbered(10_001, 10_500).lines);
    expect([more.first, more.lines.length]).toEqual([500, 10_000]);
    expect(body(read.answer('log', 'mlflow', more))[0]).toBe(before);
    expect(body(read.answer('log', 'mlflow', more).press('home'))[0]).toBe('line 501');
  });

  it('filters by words and levels, and Escape shows all again', () => {
    const json = (level: string, message: string) =>
      parseLogLine(JSON.stringify({ time: '2026-11-30T12:00:00.000Z', level, message }));
    const log = openLog(
      withLines(NO_LINES, [json('info', 'started'), json('error', 'no space'), json('info', 'space')]),
    );
    const words = log.press('/', ...'space', 'enter');
    expect(body(words).filter((line) => line !== '')).toEqual([
      '2026-11-30 12:00:00  error  no space',
      '2026-11-30 12:00:00  info   space',
    ]);
    expect(words.lines()[0]).toContain('2 of 3 lines');
    expect(body(words.press('/', 'ctrl-u', ...'level=error', 'enter')).join('')).toMatch(/no space$/);
    expect(words.press('escape').lines()[0]).toContain('3 lines');
  });

  it('long lines are read to the right, and control characters never reach the terminal', () => {
    const long = `\u001b[2J${'0123456789'.repeat(10)}end`;
    const log = openLog(withLines(NO_LINES, [parseLogLine(long), parseLogLine('x'.repeat(100_000))]));
    expect(log.text()).not.toContain('\u001b');
    expect(body(log)[0]).toMatch(/^\\u001b\[2J0123456789.*…$/);
    // 109 letters with the escape in six: two steps of 20 columns leave the last 69.
    expect(body(log.press('right', 'right'))[0]).toMatch(/^123456789.*0123456789end$/);
    expect(body(log.press('right', 'left'))[0]).toBe(body(log)[0]);
    expect(log.state.data['log:mlflow']?.value).toMatchObject({
      lines: [{}, { message: expect.stringMatching(/^x{20000}… \(80000 more characters in the file\)$/) }],
    });
  });

  it('tells what there is and what is added, until nobody looks', async () => {
    const told: LogTail[] = [];
    const looking = new AbortController();
    const asked: unknown[] = [];
    const runtime = {
      serviceLogs: async () => [{ name: 'mlflow', file: '/mlflow.log' }],
      readServiceLog: async (...request: readonly unknown[]) => {
        asked.push(request);
        return {
          lines: ['old'],
          follow: async function* () {
            yield 'new 1';
            yield 'new 2';
            await new Promise((resolve) => looking.signal.addEventListener('abort', resolve, { once: true }));
          },
        };
      },
    };
    const tell = (tail: LogTail): void => {
      told.push(tail);
      if (tail.lines.length === 3) {
        looking.abort();
      }
    };
    await followLog(runtime, 'mlflow', looking.signal, tell);
    expect(asked).toEqual([['/mlflow.log', 1000, true]]);
    expect(told.map(({ lines }) => lines.map(({ message }) => message))).toEqual([['old'], ['old', 'new 1', 'new 2']]);
    await expect(followLog(runtime, 'other', looking.signal, tell)).rejects.toThrow('other has no log in this home');
  });
});
