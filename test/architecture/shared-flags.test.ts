/** One name means one thing: how options that several commands have are spelled, and what their help says of them. */
import type { Command, Option } from 'commander';
import { expect, test } from 'vitest';
import { visibleSubcommands } from '../../ui-cli/command-line/visible-subcommands.ts';
import { buildProgram } from '../../ui-cli/program.ts';
import { createFakeRuntime } from '../support/fake-cli/fake-runtime.ts';

const program = buildProgram({ runtime: createFakeRuntime().runtime, finish: () => {} });

const leaves = (command: Command): readonly Command[] => {
  const children = visibleSubcommands(command);
  return children.length === 0 ? [command] : children.flatMap(leaves);
};

const options: readonly Option[] = leaves(program).flatMap((command) =>
  command.options.filter(({ hidden }) => !hidden),
);

/** The same in every command. */
const ALIKE: readonly string[] = [
  '--as-of <time>: as it was at this time, by the ledger: 2026-11-01T12:00, in UTC unless it says otherwise',
  '--columns <names>: names of the columns of a file without a header: user_id,item_id,rating,timestamp',
  '--device <name>: one of auto, cpu, gpu; auto takes the fastest',
  '--events: print everything that happens on stdout, one JSON object a line: docs/events.schema.json',
  '--max-bad-rows <n>: leave out up to n rows that cannot be used; same as --set data.max_bad_rows=n',
  '--plain: plain progress lines, even on a terminal',
  "--reason <text>: kept in the model's ledger",
  '--timeout <duration>: stop watching after 90s, 30m, 2h; exit with 75',
  '--yes: do not ask',
];

/** The same but for the commands that are named. */
const NEARLY_ALIKE: Readonly<Record<string, readonly string[]>> = {
  '--json: print one JSON object on stdout': ['--json: print one JSON object a line on stdout'],
  '--verbose: print the stack trace of errors': [
    '--verbose: show the query of each failed check, and the stack of an error',
  ],
  '--set <key=value>: change one setting of the config; may be repeated': [
    '--set <key=value>: change any other setting; may be repeated',
    '--set <key=value>: simulate the sweep with this setting; may be repeated',
    '--set <gate.key=value>: change one gate setting; may be repeated',
  ],
  '--require-promotion: exit with 1 unless the gate promotes the model': [
    '--require-promotion: exit with 1 unless the gate would promote it',
  ],
};

/** Spelled alike, and described by each command: what they apply to differs. */
const SPELLED_ALIKE: readonly string[] = [
  '--against <ref>',
  '--config <file>',
  '--dry-run',
  '--epochs <n>',
  '--force',
  '--format <name>',
  '--limit <n>',
  '--model-name <name>',
  '--seed <n>',
  '--split <part>',
];

/** What they take differs too. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  '--data': ['--data <version>', '--data <what>'],
  '--model': ['--model <name>', '--model <ref>'],
  '--to': ['--to <file>', '--to <folder>', '--to <path>'],
};

const nameOf = (text: string): string => text.split(/[ :]/)[0] ?? '';
const textOf = ({ flags, description }: Option): string => `${flags}: ${description}`;
const used = (name: string, text: (option: Option) => string): readonly string[] =>
  [...new Set(options.filter(({ long }) => long === name).map(text))].sort();

test.each(ALIKE)('ui-cli: everywhere %s', (text) => {
  expect(used(nameOf(text), textOf)).toEqual([text]);
});

test.each(Object.entries(NEARLY_ALIKE))('ui-cli: everywhere %s, but for what is named', (text, others) => {
  expect(used(nameOf(text), textOf)).toEqual([text, ...others].sort());
});

test.each(SPELLED_ALIKE)('ui-cli: %s is spelled so in every command', (flags) => {
  expect(used(nameOf(flags), (option) => option.flags)).toEqual([flags]);
});

test.each(Object.entries(SPELLINGS))('ui-cli: %s takes what its spelling says', (name, spellings) => {
  expect(used(name, ({ flags }) => flags)).toEqual([...spellings].sort());
});

test('ui-cli: every option that several commands have is listed above', () => {
  const names = options.map(({ long }) => long ?? '');
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) < index));
  const listed = [...ALIKE, ...Object.keys(NEARLY_ALIKE), ...SPELLED_ALIKE, ...Object.keys(SPELLINGS)].map(nameOf);
  expect([...repeated].sort()).toEqual(listed.sort());
});

test('ui-cli: options are words with hyphens, and their descriptions begin small and end without a dot', () => {
  const odd = options.filter(
    ({ long, description }) =>
      !/^--[a-z]+(-[a-z]+)*$/.test(long ?? '') || !/^[a-z"<'](.|\n)*[^.]$|^(CSV|Temporal's)/.test(description),
  );
  expect(odd.map(textOf)).toEqual([]);
});
