/** Every command that a hint, a "Next" line, a document or the README tells somebody to run exists, with its options. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { buildProgram } from '../../ui-cli/program.ts';
import { createFakeRuntime } from '../support/fake-cli/fake-runtime.ts';
import { listRoomFiles, REPOSITORY } from './room-files.ts';

const program = buildProgram({ runtime: createFakeRuntime().runtime, finish: () => {} });

/** In place of what only a running program knows: one word, or the end of one. */
const FILLED = 'X';
/** What a family does where none of its commands is named. */
const DEFAULT_OF: Readonly<Record<string, string>> = { models: 'list', gate: 'ask' };
const EVERYWHERE: readonly string[] = ['--help', '--verbose', '--version'];

/** Words of a shell, with quoted ones as one; what follows a pipe, a redirection, a comment or a bracket is another's. */
const wordsOf = (line: string): readonly string[] => {
  const own = line.split(/ {2,}|\s[|>#&]+(?:\s|$)|\s\(/)[0] ?? '';
  return (own.match(/(?:"[^"]*"|'[^']*'|<[^>]*>|\[[^\]]*\]|[^\s"'<[])+/g) ?? []).map((word) =>
    word.replace(/[.,;:)]+$/, ''),
  );
};

/** Any word may stand here. */
const isUnknown = (word: string): boolean => word.startsWith(FILLED) || word === '<command>';

/** What is wrong with a command line; null: nothing. */
const problemOf = (line: string): string | null => {
  const words = [...wordsOf(line)];
  let command: Command = program;
  while (command.commands.length > 0 && words[0] !== undefined && !words[0].startsWith('-')) {
    const [name] = words;
    const next = command.commands.find((one) => one.name() === name);
    if (next === undefined) {
      break;
    }
    words.shift();
    command = next;
  }
  if (command.commands.length > 0 && words[0] !== undefined && !words[0].startsWith('-')) {
    const family = command.name();
    const usual = command.commands.find((one) => one.name() === DEFAULT_OF[family]);
    if (isUnknown(words[0])) {
      return null;
    }
    if (usual === undefined) {
      return `no command ${words[0]}`;
    }
    command = usual;
  }
  let given = 0;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [name = ''] = word.replace(/^\[|\]$/g, '').split(/[=\s]/);
    if (!/^-{1,2}[a-z]/.test(name)) {
      given += 1;
      continue;
    }
    const option = command.options.find(({ long, short }) => long === name || short === name);
    if (option === undefined && !EVERYWHERE.includes(name)) {
      return `no option ${name}`;
    }
    if (option?.required === true && !word.includes('=') && !/\s/.test(word)) {
      words.shift();
    }
  }
  const { registeredArguments: wanted } = command;
  const least = wanted.filter(({ required }) => required).length;
  const most = wanted.some(({ variadic }) => variadic) ? Number.POSITIVE_INFINITY : wanted.length;
  // Without any argument a command is only named.
  return given > most || (given > 0 && given < least) ? `${given} arguments` : null;
};

test.each([
  ['run experiments/x.json --dry-run', null],
  ['models X', null],
  ['run <config> (finished trials are reused)', null],
  ['approve <model or experiment> --reason …', null],
  ['parallel <id> 4', null],
  ['models show X --as-of 2026-11-01', null],
  ['train', null],
  ['completion bash > file', null],
  ['runn x.json', 'no command runn'],
  ['run x.json --config y', 'no option --config'],
  ['run x.json y.json', '2 arguments'],
  ['compare a', '1 arguments'],
  ['data chek x.json', 'no command chek'],
  ['doctor      what is installed', null],
])('tt-exp %s: %s', (line, problem) => {
  expect(problemOf(line)).toBe(problem);
});

/** Texts of a source file as they are printed, without its comments. */
const textsOf = (path: string, source: string): readonly string[] => {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      texts.push(node.text);
    } else if (ts.isTemplateExpression(node)) {
      texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => FILLED + literal.text)].join(''));
    }
    ts.forEachChild(node, visit);
  };
  visit(
    ts.createSourceFile(
      path,
      source,
      ts.ScriptTarget.Latest,
      true,
      path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
    ),
  );
  return texts;
};

/** In backticks, at the beginning of a line, or after `it: ` and `$ `: elsewhere the name is a word of a sentence. */
const linesOf = (text: string): readonly string[] => [
  ...[...text.matchAll(/`tt-exp ([^`]+)`/g)].map(([, line = '']) => line),
  ...[...text.matchAll(/(?:^|: |\$ )tt-exp ([a-z][^`\n]*)$/gm)].map(([, line = '']) => line),
];

/** The beginning of a message, `tt-exp why: the id of a trial is missing`; the experiment in MLflow that has the ledgers. */
const isOther = (line: string): boolean => /^[a-z ]+: /.test(line) || line === 'registry';

/** Code of a document: in a sentence the name at the beginning of a line is one of its words. */
const printedIn = (document: string): readonly string[] =>
  [...document.matchAll(/^```[^\n]*\n([\s\S]*?)^```|(`[^`\n]+`)/gm)].map(([, block, span]) => block ?? span ?? '');

const problemsIn = (path: string, texts: readonly string[]): readonly string[] =>
  texts
    .flatMap(linesOf)
    .filter((line) => !isOther(line))
    .flatMap((line) => {
      const problem = problemOf(line);
      return problem === null ? [] : [`${path}: tt-exp ${line}: ${problem}`];
    });

test('ui-cli: texts of the rooms name commands, options and arguments that there are', async () => {
  const files = await listRoomFiles();
  const problems: string[] = [];
  let lines = 0;
  for (const path of files) {
    const texts = textsOf(path, await readFile(join(REPOSITORY, path), 'utf8'));
    lines += texts.flatMap(linesOf).length;
    problems.push(...problemsIn(path, texts));
  }
  expect(problems).toEqual([]);
  // As many as somebody who looked has counted, about.
  expect(lines).toBeGreaterThan(100);
});

test('documents name commands, options and arguments that there are', async () => {
  const documents = (await readdir(join(REPOSITORY, 'docs'), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  const problems = await Promise.all(
    ['README.md', 'CONTRIBUTING.md', ...documents].map(async (path) =>
      problemsIn(path, printedIn(await readFile(join(REPOSITORY, path), 'utf8'))),
    ),
  );
  expect(problems.flat()).toEqual([]);
});
