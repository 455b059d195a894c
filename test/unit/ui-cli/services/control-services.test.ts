import { describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import type { ServiceProgress, ServiceStatus } from '../../../../contracts/services.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import type { ServicesControl } from '../../../../ui-cli/services/services-runtime.ts';
import { ADDRESSES } from '../../../support/fake-cli/fake-platform.ts';
import { createFakeRuntime, settle } from '../../../support/fake-cli/fake-runtime.ts';

describe('services', () => {
  test('doctor ends with 69 when a needed part is missing, and names the remedy', async () => {
    const check = {
      part: 'python',
      chosen: 'none',
      version: null,
      address: null,
      status: 'missing',
      remedy: 'Install python3.',
    } as const;
    const doctor = async () => ({ checks: [check], isUsable: false, runs: null });
    const fake = createFakeRuntime({ services: { doctor } });
    expect(await runCli(['doctor'], fake.runtime)).toBe(69);
    await settle();
    expect(fake.stdout()).toContain('hint: python: Install python3.');
  });

  test('doctor --repair names what it closed and left, and asks for a word on databases that are lost', async () => {
    const run = { runId: 'r1', name: 'trial-000', workflowId: 'w', temporalId: 'db-1', reason: 'its workflow is gone' };
    const runs = {
      isRepaired: true,
      abandoned: [run],
      left: [{ ...run, runId: 'r2', temporalId: 'db-2', reason: 'why' }],
    };
    const asked: unknown[] = [];
    const doctor = async (request: object) => {
      asked.push(request);
      return { checks: [], isUsable: true, runs };
    };
    const fake = createFakeRuntime({ services: { doctor } });
    expect(await runCli(['doctor', '--repair', '--lost', 'db-0'], fake.runtime)).toBe(0);
    expect(await runCli(['doctor', '--lost', 'db-0'], fake.runtime)).toBe(64);
    await settle();
    expect(asked).toEqual([{ isRepair: true, lost: ['db-0'] }]);
    expect(fake.stdout()).toContain('closed: run trial-000 (r1): its workflow is gone');
    expect(fake.stdout()).toContain('left alone: run trial-000 (r2): why');
    expect(fake.stdout()).toContain('tt-exp doctor --repair --lost db-2');
    expect(fake.stdout()).not.toContain('--lost db-1');
  });

  test.each([
    { flags: [], isRedrawn: true },
    { flags: ['--plain'], isRedrawn: false },
  ])('up $flags on a terminal redraws its line: $isRedrawn', async ({ flags, isRedrawn }) => {
    const up: ServicesControl['up'] = async (progress) => {
      progress({ part: 'mlflow', step: 'download', message: 'numpy', percent: 40 });
      return ADDRESSES;
    };
    let nowMs = 0;
    const now = (): number => {
      nowMs += 1_000;
      return nowMs;
    };
    const fake = createFakeRuntime({ services: { up }, now });
    Object.assign(fake.runtime.io.stderr, { isTTY: true, columns: 80 });
    expect(await runCli(['up', ...flags], fake.runtime)).toBe(0);
    await settle();
    expect(fake.stderr()).toContain('mlflow: download: numpy');
    expect(fake.stderr().includes('\r')).toBe(isRedrawn);
  });

  const upUntilInterrupted =
    (...steps: readonly ServiceProgress[]): ServicesControl['up'] =>
    (progress, signal) =>
      new Promise((_resolve, reject) => {
        for (const step of steps) {
          progress(step);
        }
        // A step's own error, as of a download that was ended.
        signal.addEventListener('abort', () => reject(new TtExpError('SERVICE_START_FAILED', 'pip was ended')));
      });

  const service = (name: string, state: ServiceStatus['state'], pid: number | null): ServiceStatus => ({
    ...{ name, kind: 'worker', state, pid, version: null, address: null, uiUrl: null },
    ...{ uptimeSeconds: 1, restarts: 0, logFile: null, lastError: null },
  });
  const supervisor = { state: 'running', pid: 1, elsewhere: null, startedAtMs: 0, logFile: '' } as const;

  test.each([
    [
      'names what keeps running',
      async () => ({
        ...{ home: '/home', supervisor },
        services: [service('temporal', 'healthy', 5), service('mlflow', 'starting', 6), service('w', 'stopped', null)],
      }),
      'Left running: supervisor, temporal, mlflow (starting). The supervisor starts the other servers and the workers, and experiments go on; `tt-exp down` stops all of it.',
    ],
    [
      'names servers that nobody supervises',
      async () => ({
        ...{ home: '/home', supervisor: { ...supervisor, state: 'stopped' as const } },
        services: [service('temporal', 'healthy', 5)],
      }),
      'Left running: temporal. `tt-exp down` stops them. Run `tt-exp up` again: parts that are ready stay so',
    ],
    [
      'says that nothing does',
      async () => ({ home: '/home', supervisor: { ...supervisor, state: 'stopped' as const }, services: [] }),
      'Nothing was left running. Run `tt-exp up` again: parts that are ready stay so, an interrupted one starts anew.',
    ],
    [
      'says how to find out where that is not known',
      async () => {
        throw new Error('records cannot be read');
      },
      'What was started keeps running: `tt-exp status` lists it, `tt-exp down` stops it. Run',
    ],
  ] as const)('up, interrupted, names its steps and %s', async (_what, status, hint) => {
    const up = upUntilInterrupted(
      { part: 'temporal', step: 'start', message: 'starting' },
      { part: 'temporal', step: 'ready', message: 'is up' },
      { part: 'mlflow', step: 'download', message: 'numpy', percent: 40 },
      { part: 'tensorflow', step: 'notice', message: 'slow' },
    );
    const fake = createFakeRuntime({ services: { up, status } });
    const running = runCli(['up'], fake.runtime);
    await expect.poll(() => fake.stderr()).toContain('numpy');
    fake.interrupt();
    expect(await running).toBe(130);
    await settle();
    expect(fake.stderr()).toContain('error: up: interrupted during: mlflow: download: numpy\n');
    expect(fake.stderr()).toContain(`hint: ${hint}`);
  });

  test('up, interrupted twice, waits for nobody', async () => {
    const fake = createFakeRuntime({
      services: { up: () => new Promise(() => {}), status: () => new Promise(() => {}) },
    });
    const running = runCli(['up'], fake.runtime);
    await expect.poll(() => fake.listeners()).toBeGreaterThan(0);
    fake.interrupt();
    fake.interrupt();
    expect(await running).toBe(130);
    await settle();
    expect(fake.stderr()).toContain('error: up: interrupted before its first step\n');
  });

  test('worker serves until Ctrl-C, then ends with 0', async () => {
    const fake = createFakeRuntime({
      runWorker: ({ signal, onReady, queue, slots }) =>
        new Promise((resolve) => {
          expect([queue, slots]).toEqual(['tt-gpu', 2]);
          signal.addEventListener('abort', () => resolve());
          onReady();
        }),
    });
    const running = runCli(['worker', '--queue', 'tt-gpu', '--slots', '2'], fake.runtime);
    await expect.poll(() => fake.stderr()).toContain('serving tt-gpu with 2 slots');
    fake.interrupt();
    expect(await running).toBe(0);
  });
});
