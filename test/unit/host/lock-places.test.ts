import { execFileSync } from 'node:child_process';
import { mkdir, open, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readLockHolder, tryLock } from '../../../host/locks/lock.ts';
import { withLock } from '../../../host/locks/with-lock.ts';
import {
  identifySelf,
  isProcessAlive,
  type ProcessPlace,
  parseProcessIdentity,
  whereaboutsOf,
} from '../../../host/processes/process-identity.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-places-');
});

const ownPlace = (): ProcessPlace => {
  const { place } = identifySelf();
  if (place === undefined) {
    throw new Error('no place on Linux');
  }
  return place;
};

/** Of a holder with our pid and start time, in another place. */
const claimFrom = (change: Partial<ProcessPlace>, lifeline: string | null = null): string =>
  JSON.stringify({
    process: { ...identifySelf(), place: { ...ownPlace(), ...change } },
    purpose: 'working',
    sinceMs: 0,
    lifeline,
  });

const lockedFrom = async (change: Partial<ProcessPlace>, lifeline: string | null = null): Promise<string> => {
  const file = join(folder, '000000003.json');
  await writeFile(file, claimFrom(change, lifeline));
  return file;
};

/** Reads the holder while the claim of a neighbour is a pipe: `change` happens after it was opened, before its text is read. */
const readHolderDuring = async (change: (file: string) => Promise<void>) => {
  const file = join(folder, '000000003.json');
  execFileSync('mkfifo', [file]);
  const reading = readLockHolder(folder);
  const pipe = await open(file, 'w');
  await change(file);
  await pipe.writeFile(claimFrom({ pidNamespace: 'pid:[1]' }, '000000003-gone.sock'));
  await pipe.close();
  return reading;
};

const OTHER_MACHINE = { host: 'db1', machine: 'other', boot: 'other' };

describe.runIf(process.platform === 'linux')('host/locks: places', () => {
  it('host/processes/process-identity: a pid of another container, boot or machine is nobody here', () => {
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

  it('host/locks/lock: a machine that was started anew has lost its locks', async () => {
    await lockedFrom({ boot: 'earlier', pidNamespace: 'pid:[1]' });
    expect(await readLockHolder(folder)).toBeNull();
    expect((await tryLock(folder, 'next', 1)).kind).toBe('held');
  });

  it('host/locks/lock: a holder that cannot be asked keeps the lock, and whoever waits is told what to do', async () => {
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
        message: expect.stringContaining('it is unknown whether it still runs'),
        hint: expect.stringContaining(`remove ${folder}`),
      });
      expect(await readFile(file, 'utf8')).toBe(before);
      expect(await readdir(folder)).toHaveLength(1);
    }
  });

  it('host/locks/lock: a lifeline that is not there tells nothing', async () => {
    await lockedFrom({ pidNamespace: 'pid:[1]' }, '000000003-gone.sock');
    expect(await readLockHolder(folder)).toMatchObject({ isKnownAlive: false });
    expect((await tryLock(folder, 'next', 1)).kind).toBe('busy');
  });

  it('host/locks/lock: a holder that gives the lock back while it is asked holds nothing', async () => {
    const holder = await readHolderDuring(async (file) => {
      await rm(file);
      await writeFile(file, '');
    });
    expect(holder).toBeNull();
  });

  it('host/locks/lock: a later holder that clears the earlier one away while it is asked is the holder', async () => {
    const holder = await readHolderDuring(async (file) => {
      await writeFile(join(folder, '000000004.json'), claimFrom({}));
      await rm(file);
    });
    expect(holder).toMatchObject({ process: { pid: process.pid }, isKnownAlive: true });
  });

  it('host/locks/lock: a lock that was given back leaves symbolic links to the loader of modules', async () => {
    const file = join(folder, 'real', 'node_modules', 'part', 'index.js');
    await mkdir(join(folder, 'real', 'node_modules', 'part'), { recursive: true });
    await writeFile(file, 'module.exports = __filename;');
    await symlink('real', join(folder, 'first'));
    await symlink('real', join(folder, 'second'));
    const load = (name: string): unknown => createRequire(join(folder, name, 'package.json'))('part');
    const real = await realpath(file);
    expect(load('first')).toBe(real);
    const attempt = await tryLock(join(folder, 'lock'), 'loading', 1);
    if (attempt.kind !== 'held') {
      throw new Error('the first attempt fails');
    }
    await attempt.lock.release();
    // Under its own name the module would be run once more, with a state of its own.
    expect(load('second')).toBe(real);
  });

  it('host/locks/lock: a file that a loss of power has cut holds nothing', async () => {
    await writeFile(join(folder, '000000003.json'), '{"process":{"pi');
    expect((await tryLock(folder, 'next', 1)).kind).toBe('held');
  });
});
