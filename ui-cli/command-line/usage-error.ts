/** A command line that fits no command, explained: what was given, what was expected, what was probably meant. */
import type { Command, CommanderError } from 'commander';
import { nearestName } from '../../config/nearest.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { visibleOptions } from './visible-options.ts';
import { visibleSubcommands } from './visible-subcommands.ts';

/** The command that a command line is for: as deep as its words lead. */
const commandOf = (program: Command, argv: readonly string[]): Command => {
  let command = program;
  for (const word of argv.filter((text) => text !== '--verbose')) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) {
      break;
    }
    command = next;
  }
  return command;
};

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

const hintFor = (command: Command, known: readonly string[], given: string): string => {
  const nearest = nearestName(given, known);
  const help = `\`${pathOf(command)} --help\` lists them all.`;
  return nearest === null ? help : `Did you mean ${nearest}? ${help}`;
};

export const toUsageError = (program: Command, argv: readonly string[], error: CommanderError): TtExpError => {
  const command = commandOf(program, argv);
  const path = pathOf(command);
  const [, kind, given = ''] = /unknown (command|option) '([^']*)'/.exec(error.message) ?? [];
  if (kind === 'command') {
    const names = visibleSubcommands(command).map((candidate) => candidate.name());
    return new TtExpError('USAGE', `${path}: got the unknown command ${given}, expected one of ${names.join(', ')}`, {
      hint: hintFor(command, names, given),
      cause: error,
    });
  }
  if (kind === 'option') {
    const names = [...visibleOptions(command).map(({ long }) => long ?? ''), '--help'];
    return new TtExpError('USAGE', `${path}: got the unknown option ${given}, expected one of ${names.join(', ')}`, {
      hint: hintFor(command, names, given.replace(/=.*$/s, '')),
      cause: error,
    });
  }
  return new TtExpError('USAGE', `${path}: ${error.message.replace(/^error: /, '')}`, {
    hint: `\`${path} --help\` shows how it is used.`,
    cause: error,
  });
};
