import type { Command } from 'commander';
import type { ServiceOptions } from '../actions/control-services.ts';
import type { CliRuntime } from '../runtime.ts';
import { type CommandContext, JSON_FLAG, PLAIN, VERBOSE } from './command-context.ts';

type Actions = typeof import('../actions/control-services.ts');
type ServiceAction = (runtime: CliRuntime, options: ServiceOptions) => Promise<number>;

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
    description: 'Stop every server and worker of this home. Experiments go on after the next `up`.',
    pick: ({ downServices }) => downServices,
  },
  {
    name: 'status',
    description: 'Show what runs in this home: state, pid, version, address, log.',
    pick: ({ showStatus }) => showStatus,
  },
  {
    name: 'doctor',
    description: 'Show which parts were chosen, their versions, and the remedy where one is missing.',
    pick: ({ runDoctor }) => runDoctor,
  },
];

export const addServices = (program: Command, { runtime, finish }: CommandContext): void => {
  for (const { name, description, pick } of COMMANDS) {
    program
      .command(name)
      .description(description)
      .option(...JSON_FLAG)
      .option(...PLAIN)
      .option(...VERBOSE)
      .action(async ({ json, plain }: { readonly json?: boolean; readonly plain?: boolean }) => {
        const action = pick(await import('../actions/control-services.ts'));
        finish(await action(runtime, { isJson: json === true, isPlain: plain === true }));
      });
  }
};
