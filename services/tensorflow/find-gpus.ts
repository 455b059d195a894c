import { runCommand } from '../../host/processes/run-command.ts';
import type { Variables } from '../../host/processes/variables.ts';

const PROBE_TIMEOUT_MS = 10_000;

/**
 * NVIDIA GPUs that answer, by their number in the order of the bus; empty without any. A CUDA_VISIBLE_DEVICES of the
 * environment is heeded: what it hides stays hidden.
 */
export const findGpus = async (environment: Variables): Promise<readonly string[]> => {
  const result = await runCommand({
    command: 'nvidia-smi',
    args: ['-L'],
    env: environment,
    timeoutMs: PROBE_TIMEOUT_MS,
    endsWithChildren: true,
  });
  if (result.kind !== 'exited' || result.code !== 0) {
    return [];
  }
  const present = result.lines.flatMap((line) => /^GPU (\d+):/.exec(line)?.[1] ?? []);
  const visible = environment.CUDA_VISIBLE_DEVICES;
  if (visible === undefined || present.length === 0) {
    return present;
  }
  const named = visible.split(',').map((id) => id.trim());
  // As CUDA reads it: the list ends at the first entry that names no device.
  const end = named.findIndex((id) => id === '' || id.startsWith('-'));
  return end === -1 ? named : named.slice(0, end);
};
