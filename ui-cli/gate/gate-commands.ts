/** `tt-exp gate` and `tt-exp gate calibrate`: what the gate would say, and how often it is wrong. */

import type { Command } from 'commander';
import type { Device } from '../../contracts/local-model.ts';
import { type CommandContext, examples, MODEL_REFERENCE } from '../command-line/command-context.ts';
import { collect } from '../command-line/option-values.ts';
import { DEVICE, JSON_FLAG, PLAIN, VERBOSE } from '../command-line/shared-options.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import type { GateRuntime } from './gate-runtime.ts';

interface GateFlags {
  readonly against?: string;
  readonly config?: string;
  readonly set?: readonly string[];
  readonly data?: string;
  readonly device: Device;
  readonly json?: boolean;
}

interface AskFlags extends GateFlags {
  readonly modelName?: string;
  readonly requirePromotion?: boolean;
}

/** Of both commands. */
const withSettings = (command: Command): Command =>
  command
    .option(
      '--config <file>',
      "an experiment, for its gate settings, threshold and seed; default: those of the model's own experiment",
    )
    .option('--set <gate.key=value>', 'change one gate setting; may be repeated', collect)
    .option('--data <version>', "a dataset version; default: that of the model's training")
    .option(...DEVICE)
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE);

const addAsk = (gate: Command, { runtime, finish }: CommandContext<PlatformRuntime & GateRuntime>): void => {
  const command = gate
    .command('ask', { isDefault: true })
    .description('Ask the gate about a candidate without moving anything; `tt-exp gate <candidate>` does the same.')
    .argument('<candidate>', MODEL_REFERENCE)
    .option('--against <ref>', "the model to hold it against; default: the registered model's champion")
    .option(
      '--model-name <name>',
      'registered model whose champion that is; default: that of the candidate or its experiment',
    )
    .option('--require-promotion', 'exit with 1 unless the gate would promote it');
  withSettings(command)
    .addHelpText(
      'after',
      examples(
        'gate two-tower/7',
        'gate sweep-0123456789/trial-003 --model-name two-tower --config experiments/sweep.json',
        'gate models/two_tower_v2 --against models/two_tower_v1 --set gate.min_improvement=0.005 --json',
      ),
    )
    .action(async (candidate: string, { json, requirePromotion, set = [], ...flags }: AskFlags) => {
      const { askGate } = await import('./ask-gate.ts');
      finish(
        await askGate(runtime, {
          ...flags,
          set,
          candidate,
          isJson: json === true,
          isPromotionRequired: requirePromotion === true,
        }),
      );
    });
};

const addCalibrate = (gate: Command, { runtime, finish }: CommandContext<PlatformRuntime & GateRuntime>): void => {
  const command = gate
    .command('calibrate')
    .description(
      'Measure on your own users how often the gate promotes without a gain, and which gains it finds: 1,000 tests are drawn from the differences between two models.',
    )
    .argument('<model>', MODEL_REFERENCE)
    .option('--against <ref>', "the other model; default: the registered model's previous champion");
  withSettings(command)
    .addHelpText(
      'after',
      examples('gate calibrate two-tower@champion', 'gate calibrate models/a --against models/b --json'),
    )
    .action(async (model: string, { json, set = [], ...flags }: GateFlags) => {
      const { calibrateGate } = await import('./calibrate-gate.ts');
      finish(await calibrateGate(runtime, { ...flags, set, model, isJson: json === true }));
    });
};

export const addGate = (program: Command, context: CommandContext<PlatformRuntime & GateRuntime>): void => {
  const gate = program.command('gate').description('Ask the gate, or measure it; moves nothing.');
  addAsk(gate, context);
  addCalibrate(gate, context);
};
