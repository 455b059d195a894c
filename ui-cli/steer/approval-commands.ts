import type { Command } from 'commander';
import { type CommandContext, examples } from '../command-line/command-context.ts';
import { JSON_FLAG, REASON, VERBOSE } from '../command-line/shared-options.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';

const addDecision = (
  program: Command,
  { runtime, finish }: CommandContext<PlatformRuntime>,
  verb: 'approve' | 'reject',
): void => {
  program
    .command(verb)
    .description(
      verb === 'approve'
        ? 'Promote a candidate that awaits approval (gate.approval). Where another version has become champion since, this waits until the candidate is evaluated again, and trains a champion that cannot be read first.'
        : 'Reject a candidate that awaits approval (gate.approval).',
    )
    .argument(
      '<model or experiment>',
      'registered model, with /version if only that one is meant, or the experiment whose candidate waits',
    )
    .requiredOption(...REASON)
    .option(...JSON_FLAG)
    .option(...VERBOSE)
    .addHelpText(
      'after',
      examples(
        `${verb} two-tower --reason "looked at the worst users"`,
        `${verb} two-tower/4 --reason "looked at the worst users"`,
        `${verb} sweep-0123456789 --reason "looked at the worst users"`,
      ),
    )
    .action(async (id: string, { reason, json }: { readonly reason: string; readonly json?: boolean }) => {
      const { decideApproval } = await import('./decide-approval.ts');
      finish(await decideApproval(runtime, id, { isApproved: verb === 'approve', reason }, json === true));
    });
};

export const addApproval = (program: Command, context: CommandContext<PlatformRuntime>): void => {
  addDecision(program, context, 'approve');
  addDecision(program, context, 'reject');
};
