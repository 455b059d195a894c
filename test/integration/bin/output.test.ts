/** Where the output of the built command line goes. */
import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const HELP = ['dist/bin/tt-exp.js', '--help'] as const;

const ended = (command: string, args: readonly string[], stdout: number | 'ignore') =>
  new Promise<{ readonly exitCode: number | null; readonly stderr: string }>((resolve, reject) => {
    const child = spawn(command, [...args], { stdio: ['ignore', stdout, 'pipe'] });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stderr }));
  });

describe('bin/tt-exp', () => {
  test.runIf(process.platform === 'linux')('a full disk behind stdout is one line on stderr', async () => {
    const full = await open('/dev/full', 'w');
    try {
      const { exitCode, stderr } = await ended(process.execPath, HELP, full.fd);
      expect([exitCode, stderr]).toEqual([
        1,
        expect.stringMatching(/^error: stdout: no space left \(ENOSPC.*\nhint: .*\n$/),
      ]);
    } finally {
      await full.close();
    }
  });

  test('host/files/write-whole: a file that took only the beginning is no success', async () => {
    const file = join(await temporaryFolder(), 'help.txt');
    const script = `ulimit -f 1; exec "$0" ${HELP.join(' ')} > "$1"`;
    const { exitCode, stderr } = await ended('bash', ['-c', script, process.execPath, file], 'ignore');
    expect(await readFile(file, 'utf8')).toHaveLength(1024);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('error: stdout: a file may not grow any more')]);
  });
});
