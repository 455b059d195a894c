import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { visibleSubcommands } from '../../ui-cli/command-line/visible-subcommands.ts';
import { buildProgram } from '../../ui-cli/program.ts';
import { createFakeRuntime } from '../support/fake-cli/fake-runtime.ts';
import { REPOSITORY } from './room-files.ts';

const program = buildProgram({ runtime: createFakeRuntime().runtime, finish: () => {} });

/** Commands that do something: `data generate` rather than `data`. */
const leaves = (command: Command, path: readonly string[]): readonly (readonly [string, Command])[] =>
  command.commands.length === 0
    ? [[path.join(' '), command]]
    : visibleSubcommands(command).flatMap((child) => leaves(child, [...path, child.name()]));

const commands = leaves(program, []);
const document = await readFile(join(REPOSITORY, 'docs/reference.md'), 'utf8');
const section = /^## Commands\n([\s\S]*?)^## /m.exec(document)?.[1] ?? '';
const rows = new Map(
  [...section.matchAll(/^\| `([a-z ]+?)(?: [<[][^`]*)?` \|.*\| (.*)\|$/gm)].map(([, name = '', options = '']) => [
    name,
    [...options.matchAll(/--[a-z-]+/g)].map(([option]) => option),
  ]),
);

test('docs/reference: has a row for each command and no other', () => {
  expect([...rows.keys()].sort()).toEqual(commands.map(([name]) => name).sort());
});

test.each(commands)('docs/reference: names every option of %s', (name, command) => {
  const options = command.options.flatMap(({ long }) => (long == null || long === '--verbose' ? [] : [long]));
  expect([...(rows.get(name) ?? [])].sort()).toEqual(options.sort());
});
