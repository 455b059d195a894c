import type { Command } from 'commander';

/** Those that people are told of, in the order of the help, without commander's own `help`. */
export const visibleSubcommands = (command: Command): readonly Command[] =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
