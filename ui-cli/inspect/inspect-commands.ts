/** Commands that look at what is recorded of experiments: list, show, why, replay. */

import type { Command } from 'commander';
import { isVersionReference } from '../../contracts/ids.ts';
import { type CommandContext, examples, ID } from '../command-line/command-context.ts';
import { choiceOption, collect, integerOption } from '../command-line/option-values.ts';
import { JSON_FLAG, VERBOSE } from '../command-line/shared-options.ts';
import { asOfOption } from '../registry/registry-commands.ts';
import type { RegistryRuntime } from '../registry/registry-runtime.ts';
import { type ExperimentState, LISTED, STATES } from './experiment-rows.ts';
import type { InspectRuntime } from './inspect-runtime.ts';

interface JsonFlags {
  readonly json?: boolean;
}

interface ShowFlags {
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly asOf?: number;
}

interface ListFlags {
  readonly state?: readonly ExperimentState[];
  readonly limit?: number;
  readonly page: number;
}

const DEFAULT_LIMIT = 10;

/** `running,failed` */
const statesOption = (value: string): readonly ExperimentState[] =>
  value.split(',').map((name) => choiceOption('--state', STATES)(name.trim()));

const addList = (program: Command, { runtime, finish }: CommandContext<InspectRuntime>): void => {
  program
    .command('list')
    .description('List experiments, newest first.')
    .option('--state <names>', `only these, separated by commas: ${STATES.join(', ')}`, statesOption)
    .option('--limit <n>', `experiments on a page; default: ${LISTED}, with --json all`, integerOption('--limit', 1))
    .option('--page <n>', 'from 1, the newest', integerOption('--page', 1), 1)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('list --state running,failed', 'list --limit 20 --page 2', 'list --json'))
    .action(async ({ state = [], limit, page, json }: JsonFlags & ListFlags) => {
      const { listExperiments } = await import('./list-experiments.ts');
      const size = limit ?? (json === true && page === 1 ? null : LISTED);
      finish(await listExperiments(runtime, { states: state, limit: size, page, isJson: json === true }));
    });
};

const addShow = (program: Command, { runtime, finish }: CommandContext<InspectRuntime & RegistryRuntime>): void => {
  program
    .command('show')
    .description(
      'Show the leaderboard of an experiment, which parameters mattered, its budgets and where to look further.',
    )
    .argument('<id>', `${ID[1]}; also a version of a registered model, as \`models show\` takes it`)
    .option(...asOfOption(runtime))
    .option('--limit <n>', 'trials on the leaderboard', integerOption('--limit', 1), DEFAULT_LIMIT)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('show sweep-0123456789', 'show sweep-0123456789 --limit 50 --json'))
    .action(async (id: string, { limit, asOf, json }: JsonFlags & ShowFlags) => {
      if (asOf !== undefined || isVersionReference(id)) {
        const { showModel } = await import('../registry/show-model.ts');
        finish(await showModel(runtime, id, { asOfMs: asOf ?? null, isJson: json === true }));
        return;
      }
      const { showExperiment } = await import('./show-experiment.ts');
      finish(await showExperiment(runtime, id, { limit, isJson: json === true }));
    });
};

const addWhy = (program: Command, { runtime, finish }: CommandContext<InspectRuntime>): void => {
  program
    .command('why')
    .description('Explain why a trial ran and how it ended: cached, pruned, chosen or failed.')
    .argument(...ID)
    .argument('[trial]', 'such as trial-003; may also follow the id after a slash')
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('why sweep-0123456789 trial-003', 'why sweep-0123456789/trial-003 --json'))
    .action(async (id: string, trial: string | undefined, { json }: JsonFlags) => {
      const { explainTrial } = await import('./explain-trial.ts');
      finish(await explainTrial(runtime, id, { trial, isJson: json === true }));
    });
};

const addReplay = (program: Command, { runtime, finish }: CommandContext<InspectRuntime>): void => {
  program
    .command('replay')
    .description(
      "Verify a sweep's decisions, or simulate other settings with --set, without training; exit with 1 if any differs.",
    )
    .argument(...ID)
    .option('--set <key=value>', 'simulate the sweep with this setting; may be repeated', collect)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'replay sweep-0123456789',
        'replay sweep-0123456789 --set sweep.scheduler.type=asha --set sweep.scheduler.reduction=4',
      ),
    )
    .action(async (id: string, { set = [], json }: JsonFlags & { readonly set?: readonly string[] }) => {
      const { replayExperiment } = await import('./replay-experiment.ts');
      finish(await replayExperiment(runtime, id, { set, isJson: json === true }));
    });
};

export const addInspection = (program: Command, context: CommandContext<InspectRuntime & RegistryRuntime>): void => {
  addList(program, context);
  addShow(program, context);
  addWhy(program, context);
  addReplay(program, context);
};
