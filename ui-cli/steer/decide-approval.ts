/** `approve` and `reject`: one call to a running platform each. */
import { EXIT } from '../../contracts/errors.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { resolveExperimentId } from '../platform/resolve-id.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printLines } from '../text/output.ts';

export interface ApprovalOptions {
  readonly isApproved: boolean;
  readonly reason: string;
}

export const decideApproval = (runtime: PlatformRuntime, text: string, options: ApprovalOptions): Promise<number> =>
  withPlatform(runtime, async ({ experiments }) => {
    const id = await resolveExperimentId(experiments, text);
    await experiments.decideApproval(id, { ...options, by: runtime.environment().user });
    const verb = options.isApproved ? 'approved' : 'rejected';
    printLines(runtime.io.stderr, [`experiment ${id}: ${verb}`, `result: tt-exp watch ${id}`]);
    return EXIT.done;
  });
