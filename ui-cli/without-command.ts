/** `tt-exp` alone: the full screen where there is a terminal, else the help. */
import type { Command } from 'commander';
import { TtExpError } from '../contracts/errors.ts';
import type { CommandContext } from './command-line/command-context.ts';
import type { DashboardRuntime } from './dashboard/dashboard-runtime.ts';
import { type DashboardFlags, openDashboard, READ_ONLY } from './dashboard/ui-command.ts';
import { whyNoFullScreen } from './display/full-screen.ts';

/** Added after all commands: they would inherit what it allows. */
export const addWithoutCommand = (program: Command, { runtime, finish }: CommandContext<DashboardRuntime>): void => {
  program
    .option(...READ_ONLY)
    // With an action commander would complain of an unknown option before an unknown command.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (flags: DashboardFlags) => {
      const [word] = program.args;
      if (word !== undefined) {
        program.error(`error: unknown ${word.startsWith('-') ? 'option' : 'command'} '${word}'`);
      }
      if (flags.readOnly !== true && whyNoFullScreen(runtime, runtime.io.stdout) !== null) {
        program.help({ error: true });
      }
      finish(await openDashboard(runtime, flags));
    })
    // Nobody may believe that it holds for a command which does not know it.
    .hook('preAction', (_, command) => {
      if (command !== program && program.opts<DashboardFlags>().readOnly === true) {
        throw new TtExpError('USAGE', `--read-only: got it before ${command.name()}, expected no command after it`, {
          hint: '`tt-exp --read-only` and `tt-exp ui --read-only` show everything and change nothing.',
        });
      }
    });
};
