import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import { runCli } from '../../../../ui-cli/main.ts';
import { buildProgram } from '../../../../ui-cli/program.ts';
import { runOnCatalogue } from '../../../support/fake-cli/fake-catalogue.ts';
import { createFakeRuntime, jsonOf, settle } from '../../../support/fake-cli/fake-runtime.ts';
import { runScripted } from '../../../support/fake-cli/scripted-runtime.ts';

const leaves = (command: Command, path: readonly string[] = []): readonly (readonly string[])[] =>
  command.commands.length === 0 ? [path] : command.commands.flatMap((child) => leaves(child, [...path, child.name()]));

const COMMANDS = leaves(buildProgram({ runtime: createFakeRuntime().runtime, finish: () => {} }));

const NOT_FOUND = new TtExpError('MODEL_NOT_FOUND', 'model: got "x", expected a registered model', {
  hint: 'Registered: two-tower.',
});

const fail = async () => {
  throw NOT_FOUND;
};

describe('ui-cli/main', () => {
  test.each(COMMANDS)('%s %s --json: a wrong command line is one object on stdout as well', async (...path) => {
    const fake = createFakeRuntime();
    const exitCode = await runCli([...path, '--json', '--nonsense'], fake.runtime);
    await settle();
    expect(exitCode).toBe(64);
    expect(jsonOf(fake)).toMatchObject({
      error: { code: 'USAGE', message: expect.any(String), hint: expect.any(String) },
    });
    expect(fake.stderr()).toMatch(/^error: .*\nhint: .*\n$/);
  });

  test.each([
    [['models', 'x'], { list: fail }],
    [['models', 'show', 'x'], { show: fail }],
    [['models', 'history', 'x'], { history: fail }],
    [['models', 'verify', 'x'], { verify: fail }],
    [['models', 'pull', 'x', '--to', '/tmp/x'], { pull: fail }],
  ])('%j --json: what failed is told to scripts and to people', async (args, given) => {
    const run = await runOnCatalogue([...args, '--json'], given);
    expect(run.exitCode).toBe(66);
    const { code, message, hint, details } = NOT_FOUND;
    expect(jsonOf(run)).toEqual({ error: { code, message, hint, details } });
    expect(run.stderr()).toBe(`error: ${message}\nhint: ${hint}\n`);
  });

  test('a mistake of ours is an object too, and text without --json', async () => {
    const broken = { services: { status: () => Promise.reject(new TypeError('boom')) } };
    const json = createFakeRuntime(broken);
    expect(await runCli(['status', '--json'], json.runtime)).toBe(1);
    await settle();
    expect(jsonOf(json)).toEqual({ error: { code: 'INTERNAL', message: 'boom' } });
    const text = createFakeRuntime(broken);
    expect(await runCli(['status'], text.runtime)).toBe(1);
    await settle();
    expect(text.stdout()).toBe('');
  });

  test('a command that has printed its own object prints no second one', async () => {
    const run = await runScripted(['run', '/nowhere/x.json', '--json']);
    expect(run.exitCode).toBe(66);
    expect(jsonOf(run)).toMatchObject({ status: 'failed', error: { code: 'CONFIG_NOT_FOUND' } });
  });
});
