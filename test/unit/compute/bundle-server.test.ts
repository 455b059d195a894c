import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BundleServer, startBundleServer } from '../../../compute/blessing/bundle-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A program in the place of `tt-exp`. */
const start = async (
  program: string,
  startLimitMs = 60_000,
  whileItStarts = (): void => undefined,
): Promise<BundleServer> => {
  const script = join(await temporaryFolder(), 'program.mjs');
  await writeFile(script, program);
  const { signal } = new AbortController();
  const starting = startBundleServer({ script, folder: 'bundle', startLimitMs, signal });
  whileItStarts();
  return starting;
};

/** Runs until it is killed. */
const says = (line: string): string => `console.log(${JSON.stringify(line)}); setInterval(() => undefined, 1_000);`;

describe('compute/bundle-server', () => {
  it('answers with the url of the line that says ready', async () => {
    const server = await start(says('{"url":"http://127.0.0.1:1"}'));
    if (server.kind !== 'ready') {
      throw new Error(server.reason);
    }
    expect(server.url).toBe('http://127.0.0.1:1');
    await server.stop();
  });

  it.each(['loaded {80 items}', '{"items":80}', '{"url":1}'])('names a first line that is none: %s', async (line) => {
    await expect(start(says(line))).rejects.toMatchObject({
      code: 'INTERNAL',
      message: `server of the bundle: got ${line}, expected a line with its url`,
    });
  });

  it('hears of a server that was ready in time, though this process was busy until its time was over', async () => {
    const server = await start(says('{"url":"http://127.0.0.1:1"}'), 2_000, () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
    });
    if (server.kind !== 'ready') {
      throw new Error(server.reason);
    }
    await server.stop();
  });

  it('blames the machine where its memory does not suffice', async () => {
    const said = 'tt-exp failed unexpectedly: RangeError: Array buffer allocation failed';
    const ends = `console.error('error: ${said}'); console.error('hint: Run it again.'); process.exit(1);`;
    await expect(start(ends)).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      message: `server of the bundle: it ended with 1: ${said}`,
    });
  });

  it('blames the bundle with the error that the server ends with, and the machine where it was killed', async () => {
    const refused = "console.error('error: a wrong digest'); process.exit(65);";
    expect(await start(refused)).toEqual({ kind: 'refused', reason: 'the server does not start: a wrong digest' });
    await expect(start("process.kill(process.pid, 'SIGKILL');")).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      message: 'server of the bundle: it ended with SIGKILL: nothing',
    });
  });
});
