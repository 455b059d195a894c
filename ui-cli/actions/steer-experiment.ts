/** `approve`, `reject` and `list`: one call to a running platform each. */
import { EXIT } from '../../contracts/errors.ts';
import { formatDuration } from '../formats.ts';
import { printJson, printLines } from '../output.ts';
import { resolveExperimentId } from '../resolve-id.ts';
import type { CliRuntime } from '../runtime.ts';
import { formatTable } from '../table.ts';
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

const STATUS: Readonly<Record<string, string>> = { CANCELLED: 'cancelled', CANCELED: 'cancelled' };
const statusText = (name: string): string => STATUS[name] ?? name.toLowerCase();
const isoTime = (ms: number): string => new Date(ms).toISOString();

export const listExperiments = (runtime: CliRuntime, isJson: boolean): Promise<number> =>
  withPlatform(runtime, async ({ experiments }) => {
    const listed = [...(await experiments.list())].sort((a, b) => b.startedAtMs - a.startedAtMs);
    if (isJson) {
      printJson(runtime.io, {
        experiments: listed.map((one) => ({
          experiment_id: one.experimentId,
          workflow_id: one.workflowId,
          status: statusText(one.status),
          started_at: isoTime(one.startedAtMs),
          ended_at: one.endedAtMs === null ? null : isoTime(one.endedAtMs),
        })),
      });
      return EXIT.done;
    }
    const rows = listed.map(({ experimentId, status, startedAtMs, endedAtMs }) => [
      experimentId,
      statusText(status),
      isoTime(startedAtMs).replace('T', ' ').slice(0, 19),
      formatDuration(((endedAtMs ?? runtime.now()) - startedAtMs) / 1000),
    ]);
    const columns = [
      { title: 'experiment' },
      { title: 'status' },
      { title: 'started (UTC)' },
      { title: 'time', align: 'right' },
    ] as const;
    printLines(
      runtime.io.stdout,
      rows.length === 0 ? ['no experiments yet: tt-exp run experiments/smoke.json'] : formatTable(columns, rows),
    );
    return EXIT.done;
  });
