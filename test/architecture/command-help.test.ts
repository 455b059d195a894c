/** What every command's help has, and what may be missing for a reason. */
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { visibleSubcommands } from '../../ui-cli/command-line/visible-subcommands.ts';
import { buildProgram } from '../../ui-cli/program.ts';
import { createFakeRuntime } from '../support/fake-cli/fake-runtime.ts';

const program = buildProgram({ runtime: createFakeRuntime().runtime, finish: () => {} });

const leaves = (command: Command, path: readonly string[]): readonly (readonly [string, Command])[] => {
  const children = visibleSubcommands(command);
  return children.length === 0
    ? [[path.join(' '), command]]
    : children.flatMap((child) => leaves(child, [...path, child.name()]));
};

const commands = leaves(program, []);

/** Its help, with what is added after it. */
const helpOf = (command: Command): string => {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
};

const examplesOf = (command: Command): readonly string[] =>
  [...helpOf(command).matchAll(/^ {2}\$ tt-exp (.+)$/gm)].map(([, line = '']) => line);

/** Of a command that stands for its parent: `models` alone is `models list`. */
const isOf = (example: string, name: string): boolean =>
  [name, name.replace(/ (?:list|ask)$/, '')].some((path) => example === path || example.startsWith(`${path} `));

test.each(commands)('ui-cli: the help of %s has examples, all of them of this command', (name, command) => {
  const examples = examplesOf(command);
  expect(examples).not.toEqual([]);
  expect(examples.filter((example) => !isOf(example, name))).toEqual([]);
});

test.each(commands)('ui-cli: the examples of %s use options that it has', (_name, command) => {
  const known = ['--verbose', ...command.options.flatMap(({ long, short }) => [long ?? '', short ?? ''])];
  const used = examplesOf(command).flatMap((example) =>
    [...example.matchAll(/(?<= )(--?[a-z][a-z-]*)/g)].map(([, option = '']) => option),
  );
  expect(used.filter((option) => !known.includes(option))).toEqual([]);
});

test.each(commands)('ui-cli: the help of %s gives no empty list as a default', (_name, command) => {
  expect(helpOf(command)).not.toContain('default: []');
});

test('ui-cli: whatever shows progress takes --plain', () => {
  const quiet = [
    ...['ab report', 'ab start', 'ab status', 'ab stop'],
    ...['approve', 'cancel', 'completion', 'data versions', 'extend', 'list', 'logs', 'open', 'parallel', 'pause'],
    ...['reject', 'replay', 'resume', 'retry', 'show', 'ui', 'validate', 'why', 'worker'],
    ...['models archive', 'models history', 'models list', 'models promote', 'models rollback', 'models show'],
  ];
  const without = commands.filter(([, { options }]) => !options.some(({ long }) => long === '--plain'));
  expect(without.map(([name]) => name).toSorted()).toEqual(quiet.toSorted());
});

/** Commands without `--json`, and why. */
const WITHOUT_JSON: Readonly<Record<string, string>> = {
  ui: 'is a screen for people',
  worker: 'serves until it is stopped, and logs JSON',
  completion: 'prints a script for a shell',
};

test('ui-cli: every command has --json, but for those that have a reason', () => {
  const without = commands.filter(([, command]) => !command.options.some(({ long }) => long === '--json'));
  expect(without.map(([name]) => name).toSorted()).toEqual(Object.keys(WITHOUT_JSON).toSorted());
});

test('ui-cli: help gives durations as one gives them', () => {
  const given = commands.flatMap(([name, { options }]) =>
    options
      .filter(({ flags, defaultValue }) => flags.includes('<duration>') && defaultValue !== undefined)
      .map(({ flags, defaultValueDescription }) => `${name} ${flags}: ${defaultValueDescription}`),
  );
  expect(given).not.toEqual([]);
  expect(given.filter((line) => !/: \d+[smhd]$/.test(line))).toEqual([]);
});
