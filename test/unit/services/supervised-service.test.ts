import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../../host/clock.ts';
import { homeLayout } from '../../../host/home-layout.ts';
import { isProcessAlive } from '../../../host/processes/process-identity.ts';
import type { ManagedService } from '../../../services/managed-service.ts';
import { SupervisedService } from '../../../services/supervised-service.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const IDLE = ['-e', 'setInterval(() => {}, 1000)'];

let folder: string;
let nowMs: number;
let isAnswering: boolean;
let args: readonly string[];
let said: string[];
let service: SupervisedService;

const definition = (): ManagedService => ({
  name: 'probe',
  kind: 'worker',
  version: null,
  portNames: [],
  dependsOn: [],
  startTimeoutMs: 20_000,
  stopGraceMs: 0,
  prepare: async () => {},
  launch: () => ({ command: process.execPath, args, env: {}, dropEnv: [] }),
  isHealthy: async () => isAnswering,
  address: () => null,
  uiUrl: () => null,
});

const makeService = (): SupervisedService => {
  // Only the time that decisions are made by is ours; waiting is real.
  const clock: Clock = { nowMs: () => nowMs, sleep: () => systemClock.sleep(10) };
  return new SupervisedService(definition(), {
    layout: homeLayout(folder),
    environment: process.env,
    clock,
    log: (level, message) => said.push(`${level} ${message}`),
    signal: new AbortController().signal,
    isHomeThere: () => true,
    reservedPorts: () => new Set(),
    areHealthy: () => true,
  });
};

/** Advances step by step until the service reports the state. */
const reach = (state: string): Promise<void> =>
  vi.waitFor(
    () => {
      service.advance();
      expect(service.report.state).toBe(state);
    },
    { timeout: 20_000, interval: 10 },
  );

/** `onFailure` hears how many failures there were, before the next start. */
const failUntilGivenUp = async (onFailure: (failures: number) => void = () => {}): Promise<void> => {
  let failures = 0;
  await vi.waitFor(
    () => {
      service.advance();
      // Once for each failure: while a start is under way its time limit must not pass.
      if (service.report.restarts > failures) {
        failures = service.report.restarts;
        onFailure(failures);
        nowMs += 5_000;
      }
      expect(service.report.state).toBe('failed');
    },
    { timeout: 30_000, interval: 10 },
  );
};

const pid = (): number => service.record?.process?.pid ?? 0;

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-supervised-');
  nowMs = 1_000_000;
  isAnswering = true;
  args = IDLE;
  said = [];
  service = makeService();
});

afterEach(async () => {
  nowMs = 0;
  await service.stop();
});

describe('services/supervised-service', () => {
  it('one silent check harms nobody, a silent minute ends and restarts the process', async () => {
    await reach('healthy');
    const first = pid();
    isAnswering = false;
    nowMs += 2_001;
    await reach('unhealthy');
    isAnswering = true;
    await reach('healthy');
    expect(pid()).toBe(first);

    isAnswering = false;
    nowMs += 2_001;
    await reach('unhealthy');
    nowMs += 60_001;
    await reach('waiting');
    expect(service.report.lastError).toContain('no answer for 60 s');
    isAnswering = true;
    nowMs += 30_000;
    await reach('healthy');
    expect(pid()).not.toBe(first);
    expect(service.report.restarts).toBe(1);
  });

  it('one that never answers is ended at its time limit', async () => {
    isAnswering = false;
    await reach('starting');
    const identity = service.record?.process ?? null;
    if (identity === null) {
      throw new Error('not started');
    }
    nowMs += 20_001;
    await reach('waiting');
    expect(service.report.lastError).toContain('not healthy 20 s after starting');
    expect(isProcessAlive(identity)).toBe(false);
  });

  it('gives up at the fifth failed start, and a new request is a new chance', async () => {
    args = ['-e', 'console.error("last words"); process.exit(1)'];
    isAnswering = false;
    await failUntilGivenUp();
    expect(service.report.restarts).toBe(4);
    expect(service.report.lastError).toContain('last words');
    expect(said.filter((line) => line.startsWith('error '))).toEqual([
      expect.stringContaining('given up after 5 failed starts'),
    ]);

    args = IDLE;
    isAnswering = true;
    service.redefine(definition(), false);
    service.advance();
    expect(service.report.state).toBe('failed');
    service.redefine(definition(), true);
    await reach('healthy');
  });

  it('one that lacked disk is started again, also where its last failure no longer shows it', async () => {
    args = ['-e', 'console.error("No space left on device"); process.exit(1)'];
    isAnswering = false;
    await failUntilGivenUp((failures) => {
      // As a process that ends without a word, with room on the disk by the time somebody looks.
      if (failures === 4) {
        args = ['-e', 'process.exit(1)'];
      }
    });
    expect(service.report.lastError).not.toContain('No space');
    nowMs += 20_000;
    // Its disk has room, and it still fails: now it is given up for good.
    await reach('waiting');
    await reach('failed');
    nowMs += 20_000;
    service.advance();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(service.report.state).toBe('failed');
    args = IDLE;
    isAnswering = true;
    service.redefine(definition(), true);
    await reach('healthy');
  });

  it('failures far apart never add up', async () => {
    for (let round = 0; round < 7; round++) {
      await reach('healthy');
      // A check after more than a minute of health starts the count anew.
      nowMs += 61_000;
      await vi.waitFor(() => {
        service.advance();
        expect(service.record?.process).not.toBeNull();
      });
      await systemClock.sleep(50);
      process.kill(pid(), 'SIGKILL');
      await reach('waiting');
      nowMs += 30_000;
    }
    expect(service.report.restarts).toBe(7);
  });

  it('one that is killed again and again as soon as it is healthy is never given up', async () => {
    for (let round = 0; round < 7; round++) {
      await reach('healthy');
      process.kill(pid(), 'SIGKILL');
      await systemClock.sleep(50);
      nowMs += 2_001;
      await reach('waiting');
      // The longest wait of one that had been healthy.
      nowMs += 5_000;
    }
    await reach('healthy');
    expect(service.report.restarts).toBe(7);
  });

  it('takes over a process with the same settings, and replaces one with others', async () => {
    await reach('healthy');
    const first = pid();
    service = makeService();
    await reach('healthy');
    expect(pid()).toBe(first);

    args = ['-e', 'setInterval(() => {}, 2000)'];
    service = makeService();
    await reach('healthy');
    expect(pid()).not.toBe(first);
    expect(() => process.kill(first, 0)).toThrow('ESRCH');
  });

  it('a program that is not there is a failure with its reason', async () => {
    const broken: ManagedService = {
      ...definition(),
      launch: () => ({ command: join(folder, 'none'), args: [], env: {}, dropEnv: [] }),
    };
    service.redefine(broken, true);
    await vi.waitFor(() => {
      service.advance();
      expect(service.report.lastError).not.toBeNull();
    });
    expect(service.report.lastError).toContain('ENOENT');
    expect(service.report.remedy).toContain('installs what is missing');
  });
});
