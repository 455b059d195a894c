import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { completeLine, splitLine } from '../../../../ui-cli/completion/complete-line.ts';
import type { CompletionNames } from '../../../../ui-cli/completion/completion-runtime.ts';
import { argumentKind } from '../../../../ui-cli/completion/value-kinds.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { buildProgram } from '../../../../ui-cli/program.ts';
import { createFakeRuntime, settle } from '../../../support/fake-cli/fake-runtime.ts';

const NAMES: CompletionNames = {
  experiments: ['sweep-0123456789', 'smoke-0123456789'],
  trials: ['sweep-0123456789/trial-000'],
  models: ['two-tower', 'has space', '$(rm -rf .)'],
  questions: ['two-tower', 'sweep-0123456789'],
  datasets: ['ds-01'],
  services: ['mlflow', 'temporal'],
};

const program = buildProgram({ runtime: createFakeRuntime().runtime, finish: () => {} });

const complete = (line: string) => {
  const { candidates, isFiles } = completeLine(program, line, NAMES);
  return isFiles ? 'files' : candidates.map(({ value }) => value);
};

describe('ui-cli/completion', () => {
  test.each([
    ['tt-exp wat', ['watch']],
    ['tt-exp data ex', ['export']],
    ['tt-exp run --req', ['--require-promotion']],
    ['tt-exp --verbose wat', ['watch']],
    ['tt-exp watch sw', ['sweep-0123456789']],
    ['tt-exp why sweep-0123456789 ', ['trial-000']],
    ['tt-exp cancel --trial trial-000 sm', ['smoke-0123456789']],
    ['tt-exp open sweep-0123456789/', ['sweep-0123456789/trial-000']],
    ['tt-exp compare two-tower tw', ['two-tower']],
    ['tt-exp models his', ['history']],
    ['tt-exp models tw', ['two-tower']],
    ['tt-exp models history ', ['two-tower']],
    ['tt-exp train --device ', ['auto', 'cpu', 'gpu']],
    ['tt-exp train --device=c', ['--device=cpu']],
    ['tt-exp data show ', ['ds-01']],
    ['tt-exp approve ', ['two-tower', 'sweep-0123456789']],
    ['tt-exp reject s', ['sweep-0123456789']],
    ['tt-exp logs m', ['mlflow']],
    ['tt-exp run exp', 'files'],
    ['tt-exp validate a.json b', 'files'],
    ['tt-exp data generate --to ', 'files'],
    ['tt-exp completion ', ['bash', 'zsh', 'fish']],
    ['tt-exp parallel sweep-0123456789 ', []],
    ['tt-exp nonsense ', []],
    ['', complete('tt-exp ')],
  ])('%j is completed with %j', (line, expected) => {
    expect(complete(line)).toEqual(expected);
  });

  test('hidden commands are not offered, all others are', () => {
    expect(complete('tt-exp ')).toEqual(expect.arrayContaining(['run', 'list', 'models', 'completion']));
    expect(complete('tt-exp __')).toEqual([]);
  });

  test('an earlier spelling of an option is not offered, and not listed for a mistyped one', async () => {
    expect(complete('tt-exp init --')).toContain('--to');
    expect(complete('tt-exp init --')).not.toContain('--out');
    const fake = createFakeRuntime();
    expect(await runCli(['init', '--oot', 'x.json'], fake.runtime)).toBe(64);
    await settle();
    expect(fake.stderr()).toContain('--to, ');
    expect(fake.stderr()).not.toContain('--out');
  });

  test('a name that a shell would take apart is not offered', () => {
    expect(complete('tt-exp models rollback ')).toEqual(['two-tower']);
  });

  test.each([
    ['tt-exp run "my file.json" --', ['tt-exp', 'run', 'my file.json', '--']],
    ['tt-exp run my\\ file.json ', ['tt-exp', 'run', 'my file.json', '']],
    ["tt-exp run 'half", ['tt-exp', 'run', 'half']],
    ['', ['']],
  ])('splits %j as a shell does', (line, words) => {
    expect(splitLine(line)).toEqual(words);
  });

  test('every argument of every command has something to offer, or is known to be free', () => {
    const missing = (command: Command, path: string): readonly string[] => [
      ...command.registeredArguments
        .filter((argument) => argumentKind(path, argument.name()) === undefined)
        .map((argument) => `${path} ${argument.name()}`),
      ...command.commands
        .filter((one) => one.name() !== '__complete')
        .flatMap((one) => missing(one, `${path} ${one.name()}`.trim())),
    ];
    expect(missing(program, '')).toEqual([]);
  });
});

describe('ui-cli/completion on a command line', () => {
  const run = async (args: readonly string[], names: () => Promise<CompletionNames>) => {
    const fake = createFakeRuntime({ completionNames: names });
    const exitCode = await runCli(args, fake.runtime);
    await settle();
    return { exitCode, stdout: fake.stdout(), stderr: fake.stderr() };
  };

  test('prints value and description, parted by a tab', async () => {
    const { stdout } = await run(['__complete', 'tt-exp doc'], async () => NAMES);
    expect(stdout).toMatch(/^doctor\tShow which parts were chosen[^\t\n]*\n$/);
    expect((await run(['__complete', 'tt-exp run '], async () => NAMES)).stdout).toBe(':files\n');
  });

  test('without names, commands are offered all the same, and nothing is said', async () => {
    const broken = await run(['__complete', 'tt-exp pau'], () => Promise.reject(new Error('no home')));
    expect(broken).toEqual({ exitCode: 0, stdout: expect.stringMatching(/^pause\t/), stderr: '' });
  });

  test('an unknown shell is told which there are', async () => {
    const { exitCode, stderr } = await run(['completion', 'ksh'], async () => NAMES);
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining('expected bash, zsh or fish')]);
  });
});
