import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namesIn } from '../../../host/files/names-in.ts';
import { identifySelf } from '../../../host/processes/process-identity.ts';
import { keepServerRecord, readServerRecords } from '../../../serving/server-records.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const URL = 'http://127.0.0.1:5000';

it('finds a server until it withdraws, and none that was killed', async () => {
  const folder = join(await temporaryFolder(), 'servers');
  expect(await readServerRecords(folder)).toEqual([]);
  const messages: string[] = [];
  const log = (_: string, message: string): void => {
    messages.push(message);
  };
  const withdraw = await keepServerRecord(folder, URL, log);
  expect(await readServerRecords(folder)).toEqual([{ url: URL, process: identifySelf() }]);
  const killed = { url: URL, process: { ...identifySelf(), startToken: 'earlier' } };
  await writeFile(join(folder, 'killed.json'), JSON.stringify(killed));
  await writeFile(join(folder, 'cut.json'), '{"url"');
  expect(await readServerRecords(folder)).toHaveLength(1);
  const another = await keepServerRecord(folder, 'http://127.0.0.1:5001', log);
  expect(await readServerRecords(folder)).toHaveLength(2);
  expect(await namesIn(folder)).toHaveLength(2);
  await withdraw();
  await another();
  await another();
  expect([await namesIn(folder), messages]).toEqual([[], []]);
});

it('keeps what it cannot ask, as of another machine', async () => {
  const folder = await temporaryFolder();
  const place = { host: 'db1', machine: 'another', boot: 'another', pidNamespace: 'another' };
  const far = { url: 'http://10.0.0.1:5000', process: { pid: 1, startToken: 'a', place } };
  await writeFile(join(folder, 'far.json'), JSON.stringify(far));
  expect(await readServerRecords(folder)).toEqual(process.platform === 'linux' ? [far] : []);
});

it('serves on where the file cannot be written, and says so', async () => {
  const folder = join(await temporaryFolder(), 'servers');
  await writeFile(folder, 'no folder');
  await chmod(folder, 0o400);
  const messages: string[] = [];
  const withdraw = await keepServerRecord(folder, URL, (level, message) => messages.push(`${level} ${message}`));
  await withdraw();
  expect(messages[0]).toMatch(/^warn .*`tt-exp ab` does not see this server: /);
});

it('is found again after its record was removed, and says so', async () => {
  const folder = join(await temporaryFolder(), 'servers');
  const messages: string[] = [];
  const withdraw = await keepServerRecord(folder, URL, (level, message) => messages.push(`${level} ${message}`), 5);
  for (const name of await namesIn(folder)) {
    await rm(join(folder, name));
  }
  await expect.poll(() => messages, { timeout: 30_000 }).toHaveLength(1);
  expect(messages[0]).toMatch(/^warn .*was not there, and is written again/);
  expect(await readServerRecords(folder)).toEqual([{ url: URL, process: identifySelf() }]);
  await withdraw();
  expect(await namesIn(folder)).toEqual([]);
});

it('is found once the file can be written, and says of each problem once that it cannot', async () => {
  const folder = join(await temporaryFolder(), 'servers');
  await writeFile(folder, 'no folder');
  const messages: string[] = [];
  const withdraw = await keepServerRecord(folder, URL, (_, message) => messages.push(message), 5);
  await expect.poll(() => messages.length, { timeout: 30_000 }).toBeGreaterThan(1);
  await rm(folder);
  await expect.poll(() => messages.at(-1), { timeout: 30_000 }).toContain('is written again');
  expect(await readServerRecords(folder)).toHaveLength(1);
  await withdraw();
  expect(new Set(messages).size).toBe(messages.length);
});
