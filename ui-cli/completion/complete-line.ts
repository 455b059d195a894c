/** What may stand at the end of a half-typed command line. Pure. */
import type { Command, Option } from 'commander';
import { visibleOptions } from '../command-line/visible-options.ts';
import { visibleSubcommands } from '../command-line/visible-subcommands.ts';
import type { CompletionNames } from './completion-runtime.ts';
import { argumentKind, optionKind, type ValueKind } from './value-kinds.ts';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Files may stand there: the shell knows them. */
  readonly isFiles: boolean;
}

const NOTHING: Completion = { candidates: [], isFiles: false };

/** Words as a shell would split them; the last one may be empty. */
export const splitLine = (line: string): readonly string[] => {
  const words = [...line.matchAll(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"?|'[^']*'?)+/g)].map(([word]) =>
    word.replace(/\\(.)|["']/g, (_, escaped: string | undefined) => escaped ?? ''),
  );
  return /\s$/.test(line) || words.length === 0 ? [...words, ''] : words;
};

const pathOf = (command: Command): string => {
  const above = command.parent === null ? '' : pathOf(command.parent);
  return command.parent === null ? '' : `${above} ${command.name()}`.trim();
};

const takesValue = (option: Option): boolean => option.required || option.optional;

interface Place {
  readonly command: Command;
  /** Arguments before this one. */
  readonly position: number;
  /** Whose value is typed; null: an argument or an option. */
  readonly option: Option | null;
}

const placeOf = (program: Command, words: readonly string[]): Place => {
  let command = program;
  let position = 0;
  let option: Option | null = null;
  for (const word of words) {
    if (option !== null) {
      option = null;
    } else if (word.startsWith('-')) {
      const found = command.options.find(({ long, short }) => long === word || short === word);
      option = found !== undefined && takesValue(found) ? found : null;
    } else {
      const next = position === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      position = next === undefined ? position + 1 : 0;
      command = next ?? command;
    }
  }
  return { command, position, option };
};

const valuesOf = (kind: ValueKind | undefined, names: CompletionNames): Completion => {
  switch (kind?.kind) {
    case 'files':
      return { candidates: [], isFiles: true };
    case 'names':
      return {
        candidates: kind.of.flatMap((of) => names[of].map((value) => ({ value, description: of }))),
        isFiles: false,
      };
    case 'choices':
      return { candidates: kind.values.map((value) => ({ value, description: '' })), isFiles: false };
    default:
      return NOTHING;
  }
};

/** `models` alone is `models list`: its arguments may follow as well. */
const argumentsOf = (command: Command): Command =>
  command.commands.find((one) => one.name() === (command as { _defaultCommandName?: string })._defaultCommandName) ??
  command;

const atArgument = ({ command, position }: Place, names: CompletionNames): Completion => {
  const words = position === 0 ? visibleSubcommands(command) : [];
  const owner = argumentsOf(command);
  const declared = owner.registeredArguments;
  const argument = declared[position] ?? (declared.at(-1)?.variadic === true ? declared.at(-1) : undefined);
  const values = argument === undefined ? NOTHING : valuesOf(argumentKind(pathOf(owner), argument.name()), names);
  return {
    ...values,
    candidates: [...words.map((one) => ({ value: one.name(), description: one.description() })), ...values.candidates],
  };
};

const optionsOf = (command: Command): readonly Candidate[] => [
  ...visibleOptions(argumentsOf(command)).map(({ long, description }) => ({ value: long ?? '', description })),
  { value: '--help', description: 'show help' },
];

/** A shell would have to quote anything else. */
const PLAIN = /^[\w@/.:+=,-]+$/;

/** @param line up to the cursor, the program's own name included */
export const completeLine = (program: Command, line: string, names: CompletionNames): Completion => {
  const [, ...words] = splitLine(line);
  const current = words.at(-1) ?? '';
  const place = placeOf(program, words.slice(0, -1));
  const { command, option } = place;
  const [, long = '', typed] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  const given = typed === undefined ? null : argumentsOf(command).options.find((one) => one.long === long);
  const found =
    option !== null
      ? valuesOf(optionKind(pathOf(argumentsOf(command)), option.long ?? ''), names)
      : given != null
        ? valuesOf(optionKind(pathOf(argumentsOf(command)), long), names)
        : current.startsWith('-')
          ? { candidates: optionsOf(command), isFiles: false }
          : atArgument(place, names);
  const before = given == null ? '' : `${long}=`;
  const candidates = found.candidates
    .map(({ value, description }) => ({ value: `${before}${value}`, description: description.split('\n')[0] ?? '' }))
    .filter(({ value }) => PLAIN.test(value) && value.startsWith(current));
  return { candidates, isFiles: found.isFiles && candidates.length === 0 };
};
