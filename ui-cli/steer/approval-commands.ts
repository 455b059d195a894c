import type { Command } from 'commander';
import { type CommandContext, examples, ID, JSON_FLAG, VERBOSE } from '../command-line/command-context.ts';

const addDecision = (program: Command, { runtime, finish }: CommandContext, verb: 'approve' | 'reject'): void => {
  program
    .command(verb)
    .description(
      `${verb === 'approve' ? 'Promote' : 'Turn down'} a candidate that awaits approval (gate.require_approval).`,
    )
    .argument(...ID)
    .option('--reason <text>', 'kept with the decision', '')
    .option(...VERBOSE)
    .addHelpText('after', examples(`${verb} sweep-0123456789 --reason "looked at the worst users"`))
    .action(async (id: string, { reason }: { readonly reason: string }) => {
      const { decideApproval } = await import('./decide-approval.ts');
      finish(await decideApproval(runtime, id, { isApproved: verb === 'approve', reason }));
    });
};

export const addSteering = (program: Command, context: CommandContext): void => {
  const { runtime, finish } = context;
  addDecision(program, context, 'approve');
  addDecision(program, context, 'reject');
  program
    .command('list')
    .description('List experiments, newest first.')
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { listExperiments } = await import('../inspect/list-experiments.ts');
      finish(await listExperiments(runtime, json === true));
    });
};
