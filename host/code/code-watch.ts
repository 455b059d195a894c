/** Whether the code on disk is still the code that this process runs: children are started from what lies there now. */
import { TtExpError } from '../../contracts/errors.ts';

export interface CodeOnDisk {
  digest(): Promise<string>;
  /** Changes whenever the digest does; files that cannot be read count as changed. */
  stamp(): Promise<string>;
}

export interface CodeWatch {
  /** Throws WORKER_OUTDATED, from then on always: code that was put back would not be known to be whole. */
  assertUnchanged(): Promise<void>;
}

const outdated = (): TtExpError =>
  new TtExpError('WORKER_OUTDATED', 'worker: the code of tt-exp on disk has changed since this worker started', {
    hint: 'Under `tt-exp up` or in a container there is nothing to do: the worker exits and is restarted. Otherwise restart it.',
  });

/** @param onChanged called with the error that all further steps of this process end with, perhaps more than once */
export const watchCode = async (code: CodeOnDisk, onChanged: (error: TtExpError) => void): Promise<CodeWatch> => {
  let stamp = await code.stamp();
  const digest = await code.digest();
  let changed: TtExpError | null = null;

  const isChanged = async (): Promise<boolean> => {
    const now = await code.stamp();
    if (now !== stamp && (await code.digest()) !== digest) {
      return true;
    }
    // Perhaps built again to the same end.
    stamp = now;
    return false;
  };

  return {
    assertUnchanged: async () => {
      // What cannot be read is being replaced.
      if (changed === null && (await isChanged().catch(() => true))) {
        changed ??= outdated();
        onChanged(changed);
      }
      if (changed !== null) {
        throw changed;
      }
    },
  };
};
