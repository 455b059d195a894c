import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../host/clock.ts';
import { readJsonFile, writeJsonFile } from '../../../host/files/json-file.ts';
import { readLockHolder, tryLock } from '../../../host/locks/lock.ts';
import { capLog, openLog, tailLog } from '../../../host/processes/log-file.ts';
import { choosePorts } from '../../../host/processes/ports.ts';
import {
  identifyProcess,
  identifySelf,
  isProcessAlive,
  parseProcStat,
} from '../../../host/processes/process-identity.ts';
import {
  findMarkedServices,
  findMembers,
  SERVICE_MARKER,
  serviceMarker,
} from '../../../host/processes/process-members.ts';
import { runCommand } from '../../../host/processes/run-command.ts';
import { stopProcess } from '../../../host/processes/stop-process.ts';
import { readRecord, readRecords, type ServiceRecord, writeRecord } from '../../../services/service-record.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-process-');
});

describe('host/processes/process-identity', () => {
  it('host/processes/process-identity: a command name with spaces and brackets does not shift the fields', () => {
    // Fields 3 (state) to 22 (start time) after the name; the group is field 5.
    const text = '77 (a) b (c)) S 1 70 70 0 -1 4 5 6 7 8 9 10 11 12 20 0 1 0 4711 99 1';
    expect(parseProcStat(text)).toEqual({ state: 'S', groupId: 70, startTicks: '4711' });
    expect(parseProcStat('77 (cut off')).toBeNull();
  });

  it('host/processes/process-identity: tells a process from a later one with its pid, and knows when it ended', async () => {
    const self = identifySelf();
    expect(isProcessAlive(self)).toBe(true);
    expect(isProcessAlive({ ...self, startToken: `${self.startToken}0` })).toBe(false);

    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      const identity = identifyProcess(child.pid ?? 0);
      if (identity === null) {
        throw new Error('a running child has no identity');
      }
      expect(identity.startToken).not.toBe(self.startToken);
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      expect(isProcessAlive(identity)).toBe(false);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('services/lock', () => {
  it('host/locks/lock: of twenty attempts at once one wins, and the others learn who', async () => {
    const attempts = await Promise.all(
      Array.from({ length: 20 }, (_, index) => tryLock(folder, `try ${index}`, index)),
    );
    const held = attempts.filter(({ kind }) => kind === 'held');
    expect(held).toHaveLength(1);
    for (const attempt of attempts) {
      if (attempt.kind === 'busy') {
        expect(attempt.holder.process.pid).toBe(process.pid);
      }
    }
  });

  it('host/locks/lock: a released lock can be taken again, and leaves one file', async () => {
    for (let round = 0; round < 3; round++) {
      const attempt = await tryLock(folder, 'work', round);
      if (attempt.kind !== 'held') {
        throw new Error(`round ${round}: ${JSON.stringify(attempt)}`);
      }
      expect(await readLockHolder(folder)).toMatchObject({ purpose: 'work', sinceMs: round });
      await attempt.lock.release();
      expect(await readLockHolder(folder)).toBeNull();
    }
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('host/locks/lock: the lock of a process that died is replaced by exactly one other', async () => {
    // This pid with another start time: the process of long ago.
    const gone = { pid: process.pid, startToken: 'long ago' };
    await writeJsonFile(join(folder, '000000007.json'), { process: gone, purpose: 'died', sinceMs: 1 });
    expect(await readLockHolder(folder)).toBeNull();
    const attempts = await Promise.all(Array.from({ length: 10 }, () => tryLock(folder, 'next', 2)));
    expect(attempts.filter(({ kind }) => kind === 'held')).toHaveLength(1);
    expect(await readLockHolder(folder)).toMatchObject({ purpose: 'next' });
  });
});

describe('services/log-file', () => {
  it('host/processes/log-file: appends below a header, and the tail holds only this start', async () => {
    const file = join(folder, 'logs', 'a.log');
    const first = await openLog(file, '--- first');
    await writeFile(file, 'old line\n', { flag: 'a' });
    await first.close();
    const second = await openLog(file, '--- second');
    await writeFile(file, 'one\n\ntwo\nthree\n', { flag: 'a' });
    await second.close();
    expect(await tailLog(file, 2, second.offsetBytes)).toEqual(['two', 'three']);
    expect(await tailLog(file, 9, second.offsetBytes)).toEqual(['one', 'two', 'three']);
    expect(await readFile(file, 'utf8')).toBe('--- first\nold line\n--- second\none\n\ntwo\nthree\n');
    expect(await tailLog(join(folder, 'none.log'), 3)).toEqual([]);
  });

  it('host/processes/log-file: what is over a megabyte at a start moves aside, and only one such file stays', async () => {
    const file = join(folder, 'a.log');
    for (const letter of ['x', 'y']) {
      await writeFile(file, `${letter.repeat(1024 * 1024 + 1)}\n`);
      const log = await openLog(file, '--- new');
      await log.close();
      expect(await readFile(file, 'utf8')).toBe('--- new\n');
    }
    expect((await readdir(folder)).sort()).toEqual(['a.log', 'a.log.1']);
    expect((await readFile(`${file}.1`, 'utf8')).slice(0, 1)).toBe('y');
  });

  it('host/processes/log-file: a running log is cut at its cap, and the writer goes on at its beginning', async () => {
    const file = join(folder, 'a.log');
    const log = await openLog(file, 'header');
    await writeFile(file, 'before\n', { flag: 'a' });
    expect(await capLog(file, 1_000)).toBe(false);
    expect(await capLog(file, 5)).toBe(true);
    await writeFile(file, 'after\n', { flag: 'a' });
    await log.close();
    expect(await readFile(file, 'utf8')).toBe('after\n');
    expect(await readFile(`${file}.1`, 'utf8')).toBe('header\nbefore\n');
    // The start's offset lies beyond the end now: all that is left is its own.
    expect(await tailLog(file, 5, log.offsetBytes)).toEqual(['after']);
  });
});

describe('services/ports', () => {
  const request = { seed: 'home/temporal', names: ['a', 'b'], recorded: {}, reserved: new Set<number>() };

  it('process/ports: the same seed gives the same ports, below those of outgoing connections', async () => {
    const ports = await choosePorts(request);
    expect(await choosePorts(request)).toEqual(ports);
    expect(ports.a).not.toBe(ports.b);
    for (const port of Object.values(ports)) {
      expect(port).toBeGreaterThanOrEqual(20_000);
      expect(port).toBeLessThan(32_000);
    }
  });

  it('process/ports: recorded ports stay, but not one that somebody else took, nor one that is reserved', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const free = (await choosePorts({ ...request, seed: 'another' })).a ?? 0;
    try {
      const first = await choosePorts({ ...request, recorded: { a: free, b: taken } });
      expect(first.a).toBe(free);
      expect(first.b).not.toBe(taken);
      const second = await choosePorts({ ...request, reserved: new Set(Object.values(await choosePorts(request))) });
      for (const port of Object.values(await choosePorts(request))) {
        expect(Object.values(second)).not.toContain(port);
      }
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('services/stop-process', () => {
  const stop = (pid: number, marker: string, graceMs: number) =>
    stopProcess({ name: 'x', leader: identifyProcess(pid), marker, graceMs, clock: systemClock });
  const start = (marker: string, code: string): number => {
    const env = { ...process.env, [SERVICE_MARKER]: marker };
    const child = spawn(process.execPath, ['-e', code], { detached: true, stdio: 'ignore', env });
    return child.pid ?? 0;
  };

  it('host/processes/stop-process: kills what ignores the request, and its child in another session, when the grace time is over', async () => {
    const marker = serviceMarker(folder, 'stubborn');
    const file = JSON.stringify(join(folder, 'child'));
    const pid = start(
      marker,
      `process.on('SIGTERM', () => {});
       const child = require('node:child_process').spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { detached: true, stdio: 'ignore' });
       require('node:fs').writeFileSync(${file}, String(child.pid));
       setInterval(() => {}, 1000);`,
    );
    const other = start(serviceMarker(folder, 'other'), 'setInterval(() => {}, 1000)');
    try {
      const childPid = await vi.waitFor(async () => {
        const text = await readFile(join(folder, 'child'), 'utf8');
        expect(text).not.toBe('');
        return Number(text);
      }, 10_000);
      expect([...findMembers(null, marker)].sort()).toEqual([pid, childPid].sort());
      expect([...findMarkedServices(folder)].sort()).toEqual(['other', 'stubborn']);
      expect(await stop(pid, marker, 300)).toBe(2);
      expect(findMembers(null, marker)).toEqual([]);
      expect(identifyProcess(childPid)).toBeNull();
      expect(identifyProcess(other)).not.toBeNull();
      expect(await stop(pid, marker, 300)).toBe(0);
    } finally {
      await stop(pid, marker, 0);
      await stop(other, serviceMarker(folder, 'other'), 0);
    }
  });
});

describe('services/service-record', () => {
  const record: ServiceRecord = {
    format: 1,
    name: 'temporal',
    kind: 'temporal',
    process: { pid: 5, startToken: 't' },
    ports: { grpc: 1 },
    address: '127.0.0.1:1',
    uiUrl: null,
    version: '1.9.1',
    launchDigest: 'd',
    startedAtMs: 3,
    logFile: '/l',
    logOffsetBytes: 4,
  };
  const fileOf = (name: string): string => join(folder, `${name}.json`);

  it('services/service-record: reads back what it wrote, for its owner only', async () => {
    await writeRecord(fileOf('temporal'), record);
    expect(await readRecord(fileOf('temporal'))).toEqual(record);
    expect((await stat(fileOf('temporal'))).mode & 0o077).toBe(0);
    expect(await readdir(folder)).toEqual(['temporal.json']);
  });

  it('services/service-record: other files of the folder are no records', async () => {
    await writeRecord(fileOf('temporal'), record);
    await writeFile(fileOf('broken'), '{"format":1,');
    await writeFile(fileOf('foreign'), '{"format":2,"name":"foreign"}');
    expect((await readRecords(folder, fileOf)).map(({ name }) => name)).toEqual(['temporal']);
    expect(await readRecords(join(folder, 'none'), fileOf)).toEqual([]);
    expect(await readJsonFile(fileOf('none'))).toBeUndefined();
  });
});

describe('services/run-command', () => {
  const node = { command: process.execPath, env: process.env };

  it('process/run-command: gives exit code and lines of both streams', async () => {
    const result = await runCommand({
      ...node,
      args: ['-e', 'console.log("a\\nb"); console.error("c"); process.exit(3)'],
    });
    expect(result).toMatchObject({ kind: 'exited', code: 3 });
    expect([...result.lines].sort()).toEqual(['a', 'b', 'c']);
  });

  it('process/run-command: tells a missing program, one that hangs, and one that was called off', async () => {
    expect(await runCommand({ command: join(folder, 'none'), args: [], env: {} })).toMatchObject({
      kind: 'broken',
      reason: 'ENOENT',
    });
    const hanging = ['-e', 'setInterval(() => {}, 1000)'];
    expect(await runCommand({ ...node, args: hanging, timeoutMs: 300 })).toMatchObject({
      kind: 'broken',
      reason: 'ended by its time limit of 0.3 s',
    });
    const stopping = new AbortController();
    const running = runCommand({ ...node, args: hanging, signal: stopping.signal });
    stopping.abort();
    expect(await running).toMatchObject({ kind: 'broken', reason: 'ABORT_ERR' });
  });
});
