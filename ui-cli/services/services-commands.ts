import type { Command } from 'commander';
import { TtExpError } from '../../contracts/errors.ts';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { collect } from '../command-line/option-values.ts';
import { JSON_FLAG, PLAIN, VERBOSE } from '../command-line/shared-options.ts';
import type { ServiceOptions } from './control-services.ts';
import type { ServicesRuntime } from './services-runtime.ts';

type Actions = typeof import('./control-services.ts');
type ServiceAction = (runtime: ServicesRuntime, options: ServiceOptions) => Promise<number>;

interface ServiceCommand {
  readonly name: string;
  readonly description: string;
  readonly pick: (actions: Actions) => ServiceAction;
}

const COMMANDS: readonly ServiceCommand[] = [
  {
    name: 'up',
    description: 'Install what is missing, then start the servers and local workers.',
    pick: ({ upServices }) => upServices,
  },
  {
    name: 'down',
    description: 'Stop every server and worker of this home. Experiments resume after the next `up`.',
    pick: ({ downServices }) => downServices,
  },
  {
    name: 'status',
    description: 'Show what runs in this home: state, pid, version, address, log.',
    pick: ({ showStatus }) => showStatus,
  },
];

interface DoctorFlags {
  readonly json?: boolean;
  readonly repair?: boolean;
  readonly lost?: readonly string[];
}

export const addServices = (program: Command, { runtime, finish }: CommandContext<ServicesRuntime>): void => {
  for (const { name, description, pick } of COMMANDS) {
    program
      .command(name)
      .description(description)
      .option(...JSON_FLAG)
      .option(...PLAIN)
      .option(...VERBOSE)
      .addHelpText('after', examples(name, `${name} --json`))
      .action(async ({ json }: { readonly json?: boolean }) => {
        const action = pick(await import('./control-services.ts'));
        finish(await action(runtime, { isJson: json === true }));
      });
  }
  program
    .command('doctor')
    .description('Show which parts were chosen, their versions, and a remedy for each missing one.')
    .option('--repair', 'close runs in MLflow whose workflow is gone')
    .option('--lost <id>', 'with --repair: id of a Temporal database that is lost for good; may be repeated', collect)
    .option(...JSON_FLAG)
    .option(...PLAIN)
    .option(...VERBOSE)
    .addHelpText('after', examples('doctor', 'doctor --repair', 'doctor --json'))
    .action(async ({ json, repair, lost = [] }: DoctorFlags) => {
      if (lost.length > 0 && repair !== true) {
        throw new TtExpError('USAGE', 'doctor: --lost changes nothing without --repair', { hint: 'Add --repair.' });
      }
      const { runDoctor } = await import('./control-services.ts');
      const options = { isJson: json === true, isRepair: repair === true, lost };
      finish(await runDoctor(runtime, options));
    });
};
