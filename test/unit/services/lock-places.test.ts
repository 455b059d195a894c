import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLockHolder, tryLock } from '../../../services/process/lock.ts';
import {
  identifySelf,
  isProcessAlive,
  type ProcessPlace,
  parseProcessIdentity,
  whereaboutsOf,
} from '../../../services/process/process-identity.ts';
import { withLock } from '../../../services/process/with-lock.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tt-exp-places-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const ownPlace = (): ProcessPlace => {
  const { place } = identifySelf();
  if (place === undefined) throw new Error('no place on Linux');
  return place;
};

/** A lock file whose holder has our pid and start time, in another place. */
const lockedFrom = async (change: Partial<ProcessPlace>, lifeline: string | null = null): Promise<string> => {
  const claim = {
    process: { ...identifySelf(), place: { ...ownPlace(), ...change } },
    purpose: 'working',
    sinceMs: 0,
    lifeline,
  };
  const file = join(folder, '000000003.json');
  await writeFile(file, JSON.stringify(claim));
  return file;
};

const OTHER_MACHINE = { host: 'db1', machine: 'other', boot: 'other' };

describe.runIf(process.platform === 'linux')('services/process: places', () => {
  it('process/process-identity: a pid of another container, boot or machine is nobody here', () => {
    const self = identifySelf();
    const elsewhere = [
      [{}, 'here', true],
      [{ pidNamespace: 'pid:[1]' }, 'neighbour', false],
      [{ boot: 'other', pidNamespace: 'pid:[1]' }, 'ended', false],
      [OTHER_MACHINE, 'far', false],
    ] as const;
    for (const [change, whereabouts, isAlive] of elsewhere) {
      const identity = { ...self, place: { ...ownPlace(), ...change } };
      expect([whereaboutsOf(identity), isProcessAlive(identity)]).toEqual([whereabouts, isAlive]);
      expect(parseProcessIdentity(JSON.parse(JSON.stringify(identity)))).toEqual(identity);
    }
    // As written by earlier builds.
    expect(isProcessAlive({ pid: self.pid, startToken: self.startToken })).toBe(true);
  });

  it('process/lock: a machine that was started anew has lost its locks', async () => {
    await lockedFrom({ boot: 'earlier', pidNamespace: 'pid:[1]' });
    expect(await readLockHolder(folder)).toBeNull();
    expect((await tryLock(folder, 'next', 1)).kind).toBe('held');
  });

  it('process/lock: a holder that cannot be asked keeps the lock, and whoever waits is told what to do', async () => {
    for (const file of [await lockedFrom(OTHER_MACHINE), await lockedFrom({ pidNamespace: 'pid:[1]' })]) {
      const before = await readFile(file, 'utf8');
      let nowMs = 0;
      const clock = {
        nowMs: () => nowMs,
        sleep: async (ms: number) => {
          nowMs += ms;
        },
      };
      const waiting = withLock({ folder, purpose: 'changing', clock }, async () => 'done');
      await expect(waiting).rejects.toMatchObject({
        code: 'HOME_IN_USE',
        message: expect.stringContaining('nothing here tells whether it still runs'),
        hint: expect.stringContaining(`remove ${folder}`),
      });
      expect(await readFile(file, 'utf8')).toBe(before);
      expect(await readdir(folder)).toHaveLength(1);
    }
  });

  it('process/lock: a lifeline that is not there tells nothing', async () => {
    await lockedFrom({ pidNamespace: 'pid:[1]' }, '000000003-gone.sock');
    expect(await readLockHolder(folder)).toMatchObject({ isKnownAlive: false });
    expect((await tryLock(folder, 'next', 1)).kind).toBe('busy');
  });

  it('process/lock: a file that a loss of power has cut holds nothing', async () => {
    await writeFile(join(folder, '000000003.json'), '{"process":{"pi');
    expect((await tryLock(folder, 'next', 1)).kind).toBe('held');
  });
});
