/** `tt-exp completion <shell>`, and what the shell then asks. */
import { Argument, type Command } from 'commander';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { VERBOSE } from '../command-line/shared-options.ts';
import { printLines } from '../text/output.ts';
import type { CompletionRuntime } from './completion-runtime.ts';

type Runtime = ProcessRuntime & CompletionRuntime;

const INSTALL = `
Install it with one of:
  bash  echo 'eval "$(tt-exp completion bash)"' >> ~/.bashrc
  zsh   echo 'eval "$(tt-exp completion zsh)"' >> ~/.zshrc       after compinit
  fish  tt-exp completion fish > ~/.config/fish/completions/tt-exp.fish`;

const addQuestion = (program: Command, { runtime, finish }: CommandContext<Runtime>): void => {
  program
    .command('__complete', { hidden: true })
    .argument('[line]')
    .option('--refresh')
    .action(async (line: string | undefined, { refresh }: { readonly refresh?: boolean }) => {
      if (refresh === true) {
        await runtime.refreshCompletion();
        finish(EXIT.done);
        return;
      }
      const { printCompletion } = await import('./print-completion.ts');
      finish(await printCompletion(runtime, program, line ?? ''));
    });
};

export const addCompletion = (program: Command, context: CommandContext<Runtime>): void => {
  const { runtime, finish } = context;
  program
    .command('completion')
    .description('Print a script that makes a shell complete commands, options, and names of experiments and models.')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish'))
    .option(...VERBOSE)
    .addHelpText('after', `${examples('completion bash', 'completion fish')}\n${INSTALL}`)
    .action(async (name: string) => {
      const { SHELL_SCRIPTS, SHELLS } = await import('./shell-scripts.ts');
      const shell = SHELLS.find((known) => known === name);
      if (shell === undefined) {
        throw new TtExpError('USAGE', `tt-exp completion: got ${JSON.stringify(name)}, expected bash, zsh or fish`, {
          hint: 'For example: tt-exp completion bash',
        });
      }
      printLines(runtime.io.stdout, SHELL_SCRIPTS[shell].trimEnd().split('\n'));
      finish(EXIT.done);
    });
  addQuestion(program, context);
};
