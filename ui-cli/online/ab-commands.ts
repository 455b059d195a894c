/** `tt-exp ab`: experiments online of a registered model. */
import { type Command, Option } from 'commander';
import { ONLINE_MODES, type OnlineMode } from '../../contracts/online-experiment.ts';
import { DEFAULT_ONLINE_SETTINGS } from '../../contracts/online-report.ts';
import { ON_WIN, type OnWin } from '../../contracts/online-steps.ts';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { choiceOption, durationOption, integerOption, positiveOption } from '../command-line/option-values.ts';
import { JSON_FLAG, REASON, VERBOSE, YES } from '../command-line/shared-options.ts';
import type { OnlineRuntime } from './online-runtime.ts';

interface StartFlags {
  readonly challenger?: string;
  readonly mode: OnlineMode;
  readonly share: number;
  readonly attribution: number;
  readonly maxDays: number;
  readonly minUsers: number;
  readonly onWin: OnWin;
  readonly reason?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface JsonFlag {
  readonly json?: boolean;
}

const MODEL = ['<name>', 'registered model; see `tt-exp models`'] as const;
const DAY_MS = 86_400_000;

const addStart = (ab: Command, { runtime, finish }: CommandContext<OnlineRuntime>): void => {
  ab.command('start')
    .description('Let champion and challenger answer the same users, until one is shown to be better.')
    .argument(...MODEL)
    .option('--challenger <ref>', 'version that is tried; default: the one that has the alias challenger')
    .option(
      '--mode <mode>',
      'split: lists of one of them; interleave: lists that both draft; shadow: kept, not shown',
      choiceOption('--mode', ONLINE_MODES),
      'split',
    )
    .option('--share <share>', 'of the users, for the challenger', positiveOption('--share'), 0.1)
    .addOption(
      new Option('--attribution <duration>', 'how long each user is observed after the first list')
        .argParser(durationOption('--attribution'))
        .default(DAY_MS, '1d'),
    )
    .option('--max-days <n>', 'days after which it ends without a winner', positiveOption('--max-days'), 28)
    .option(
      '--min-users <n>',
      'users observed to their end before anything is concluded',
      integerOption('--min-users', 1),
      DEFAULT_ONLINE_SETTINGS.minimum_users,
    )
    .option(
      '--on-win <action>',
      'promote the challenger that is better, or ask: leave it to a person',
      choiceOption('--on-win', ON_WIN),
      'ask',
    )
    .option(...REASON)
    .option(...YES)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        'ab start two-tower --challenger two-tower/4 --share 0.1 --on-win promote',
        'ab start two-tower --mode interleave --attribution 2d --min-users 500',
      ),
    )
    .action(async (model: string, { attribution, reason = 'no reason given', yes, json, ...flags }: StartFlags) => {
      const { startOnline } = await import('./start-ab.ts');
      finish(
        await startOnline(runtime, {
          ...{ ...flags, model, reason, attributionMs: attribution, challenger: flags.challenger ?? null },
          ...{ isYes: yes === true, isJson: json === true },
        }),
      );
    });
};

export const addOnline = (program: Command, context: CommandContext<OnlineRuntime>): void => {
  const { runtime, finish } = context;
  const ab = program
    .command('ab')
    .description('Experiments online: champion and challenger of a model before the same users.');
  addStart(ab, context);
  ab.command('status')
    .description('Show the experiment of a model that runs, or how the last one ended.')
    .argument(...MODEL)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('ab status two-tower', 'ab status two-tower --json'))
    .action(async (model: string, { json }: JsonFlag) => {
      const { showStatus } = await import('./show-ab.ts');
      finish(await showStatus(runtime, model, json === true));
    });
  ab.command('report')
    .description('Measure the experiment of a model as of now, or print what the last one had shown.')
    .argument(...MODEL)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('ab report two-tower', 'ab report two-tower --json'))
    .action(async (model: string, { json }: JsonFlag) => {
      const { showReport } = await import('./show-ab.ts');
      finish(await showReport(runtime, model, json === true));
    });
  ab.command('stop')
    .description(
      'End the experiment of a model without a winner; its challenger is one no more, unless `serve --ab` began it.',
    )
    .argument(...MODEL)
    .requiredOption(...REASON)
    .option(...YES)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText('after', examples('ab stop two-tower --reason "complaints since Monday" --yes'))
    .action(async (model: string, flags: JsonFlag & { readonly reason: string; readonly yes?: boolean }) => {
      const { stopOnline } = await import('./stop-ab.ts');
      const { reason, yes, json } = flags;
      finish(await stopOnline(runtime, model, { reason, isYes: yes === true, isJson: json === true }));
    });
};
