import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { outputLost } from '../../../../ui-cli/command-line/lost-output.ts';
import type { ModelCatalogue } from '../../../../ui-cli/registry/registry-runtime.ts';
import { catalogueModel, runOnCatalogue } from '../../../support/fake-cli/fake-catalogue.ts';
import { createFakeRuntime } from '../../../support/fake-cli/fake-runtime.ts';

const unwritable = (code: string, message: string): NodeJS.WriteStream =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(message), { code })),
  }) as unknown as NodeJS.WriteStream;

const FULL = ['ENOSPC', 'ENOSPC: no space left on device, write'] as const;

/** With a stdout that takes nothing. */
const run = async (
  args: readonly string[],
  given: Partial<ModelCatalogue>,
  [code, message]: readonly [string, string],
) => {
  const { io } = createFakeRuntime().runtime;
  let told = '';
  io.stderr.on('data', (text: string) => {
    told += text;
  });
  const { exitCode } = await runOnCatalogue(args, given, {
    io: { ...io, stdout: unwritable(code, message) },
  });
  return { exitCode, told };
};

const list = async () => [catalogueModel()];

describe('ui-cli/command-line', () => {
  test.each([[['models']], [['models', '--json']], [['--help']], [['models', '--help']]])(
    '%j on a full disk ends with one line, a hint and 1',
    async (args) => {
      const { exitCode, told } = await run(args, { list }, FULL);
      expect([exitCode, told]).toEqual([
        1,
        'error: stdout: no space left (ENOSPC: no space left on device, write)\n' +
          'hint: Free space where stdout goes, or send it elsewhere. Only what the command prints is lost: what it changed stays changed.\n',
      ]);
    },
  );

  test('a terminal that went away is named, without a stack', async () => {
    const { exitCode, told } = await run(['models'], { list }, ['EIO', 'EIO: i/o error, write']);
    expect([exitCode, told]).toEqual([
      78,
      expect.stringMatching(/^error: stdout: it cannot be written \(EIO: i\/o error, write\)\nhint: .*\n$/),
    ]);
  });

  test('a reader that went away is no failure', async () => {
    expect(await run(['models'], { list }, ['EPIPE', 'EPIPE: broken pipe, write'])).toEqual({ exitCode: 0, told: '' });
  });

  test('each stream has one signal, which aborts with its error, or without one where it is closed', async () => {
    const broken = unwritable(...FULL);
    const lost = outputLost(broken);
    expect(outputLost(broken)).toBe(lost);
    expect(lost.aborted).toBe(false);
    broken.write('x');
    await expect.poll(() => lost.aborted).toBe(true);
    expect(lost.reason).toMatchObject({ code: 'ENOSPC' });
    const closed = unwritable(...FULL);
    const gone = outputLost(closed);
    closed.destroy();
    await expect.poll(() => gone.aborted).toBe(true);
    expect(gone.reason).toBeNull();
  });

  test('a command that fails by itself keeps its exit code', async () => {
    const verify = async () => ({
      ...{
        name: 'm',
        records: 1,
        broken: { seq: 1, reason: 'is missing' },
        problems: [],
        notes: [],
        versions: [],
        ledgerChampion: null,
        deletedQuestion: null,
        unchecked: 0,
      },
      aliases: { champion: null, challenger: null, previous: null },
    });
    const { exitCode, told } = await run(['models', 'verify', 'm', '--json'], { verify }, FULL);
    expect(exitCode).toBe(65);
    expect(told).toContain('error: ledger of m: record 1 is missing\n');
    expect(told).toContain('error: stdout: no space left');
  });
});
