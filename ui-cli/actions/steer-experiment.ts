/** `approve` and `reject`: one call to a running platform each. */
import { EXIT } from '../../contracts/errors.ts';
import { printLines } from '../output.ts';
import { resolveExperimentId } from '../resolve-id.ts';
import type { CliRuntime } from '../runtime.ts';
import { withPlatform } from './with-platform.ts';

export interface ApprovalOptions {
  readonly isApproved: boolean;
  readonly reason: string;
}

export const decideApproval = (runtime: CliRuntime, text: string, options: ApprovalOptions): Promise<number> =>
  withPlatform(runtime, async ({ experiments }) => {
    const id = await resolveExperimentId(experiments, text);
    await experiments.decideApproval(id, { ...options, by: runtime.environment().user });
    const verb = options.isApproved ? 'approved' : 'rejected';
    printLines(runtime.io.stderr, [`experiment ${id}: ${verb}`, `result: tt-exp watch ${id}`]);
    return EXIT.done;
  });
