/** The command line: every command with its options and help. Actions load only when they run. */
import { Command } from 'commander';
import type { CommandContext } from './command-line/command-context.ts';
import { VERBOSE } from './command-line/shared-options.ts';
import { addCompare } from './compare/compare-commands.ts';
import { addCompletion } from './completion/completion-command.ts';
import { addDashboard } from './dashboard/ui-command.ts';
import { addData } from './data/data-commands.ts';
import { addGate } from './gate/gate-commands.ts';
import { addInit } from './init/init-command.ts';
import { addInspection } from './inspect/inspect-commands.ts';
import { addLogs } from './logs/logs-command.ts';
import { addModel } from './model/model-commands.ts';
import { addReproduction } from './model/reproduce-command.ts';
import { addOnline } from './online/ab-commands.ts';
import { addOpen } from './open/open-command.ts';
import { addRegistry } from './registry/registry-commands.ts';
import { addRun } from './run/run-command.ts';
import { addValidate } from './run/validate-command.ts';
import { addWatch } from './run/watch-command.ts';
import type { CliRuntime } from './runtime.ts';
import { addServices } from './services/services-commands.ts';
import { addWorker } from './services/worker-command.ts';
import { addRecommend } from './serving/recommend-command.ts';
import { addServe } from './serving/serve-command.ts';
import { addApproval } from './steer/approval-commands.ts';
import { addSweepSteering } from './steer/sweep-commands.ts';
import { addWithoutCommand } from './without-command.ts';

const AFTER_HELP = `
Start here:
  $ tt-exp                                 everything on a full screen, on a terminal
  $ tt-exp run experiments/smoke.json      a small experiment, end to end
  $ tt-exp init                            a config for your own interactions
  $ tt-exp doctor                          what is installed, what is missing

Exit codes: 0 done, 1 failed, 64 usage, 65 bad data, 66 missing input,
69 service unreachable, 75 timed out, 78 bad config, 130 interrupted.`;

/** Throws commander's CommanderError instead of ending the process; errors are printed by the caller. */
export const buildProgram = ({ runtime, finish }: CommandContext<CliRuntime>): Command => {
  const { version, io } = runtime;
  let isPlain = false;
  const own: CliRuntime = Object.create(runtime, { isPlain: { get: () => isPlain } });
  const context = { runtime: own, finish };
  const program = new Command('tt-exp')
    .description('Experiments with two-tower recommenders: durable, tracked, gated.')
    .version(version, '--version', 'print the version')
    .option(...VERBOSE)
    // What follows a command is its own: `data check --verbose` means more than the stack.
    .enablePositionalOptions()
    .exitOverride()
    .hook('preAction', (_, command) => {
      isPlain = command.opts().plain === true;
    })
    .showSuggestionAfterError(false)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => io.stdout.columns || 100,
      getErrHelpWidth: () => io.stderr.columns || 100,
    })
    .addHelpText('after', AFTER_HELP);
  addInit(program, context);
  addRun(program, context);
  addWatch(program, context);
  addDashboard(program, context);
  addSweepSteering(program, context);
  addApproval(program, context);
  addInspection(program, context);
  addOpen(program, context);
  addReproduction(program, context);
  addValidate(program, context);
  addServices(program, context);
  addLogs(program, context);
  addWorker(program, context);
  addData(program, context);
  addModel(program, context);
  addCompare(program, context);
  addRecommend(program, context);
  addServe(program, context);
  addOnline(program, context);
  addGate(program, context);
  addRegistry(program, context);
  addCompletion(program, context);
  addWithoutCommand(program, context);
  return program;
};
