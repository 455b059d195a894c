/** What commands and keys of the full screen ask a running experiment for, and the one sentence for what came of it. */
import type { Experiments } from '../platform/platform-runtime.ts';

export type SteeringRequest =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'parallel'; readonly maxParallel: number }
  | { readonly kind: 'cancel-trial'; readonly trialId: string }
  | { readonly kind: 'retry' };

export interface SteeringAnswer {
  readonly text: string;
  /** Ids of the trials that run again. */
  readonly retried: readonly string[];
}

const told = (text: string): SteeringAnswer => ({ text, retried: [] });

const trialsText = (count: number): string => (count === 1 ? '1 trial' : `${count} trials`);

/** Makes the request; answers what to tell about it. */
export const makeRequest = async (
  experiments: Experiments,
  id: string,
  request: SteeringRequest,
): Promise<SteeringAnswer> => {
  switch (request.kind) {
    case 'cancel':
      await experiments.cancel(id);
      return told('cancellation requested; running trials end their epoch first');
    case 'pause':
      await experiments.pause(id);
      return told('paused; running trials end their epoch');
    case 'resume':
      await experiments.resume(id);
      return told('resumed');
    case 'parallel':
      await experiments.setMaxParallel(id, request.maxParallel);
      return told(`at most ${trialsText(request.maxParallel)} at once from now on`);
    case 'cancel-trial':
      await experiments.cancelTrial(id, request.trialId);
      return told(`${request.trialId} is cancelled; its results are kept`);
    case 'retry': {
      const retried = await experiments.retryFailed(id);
      return { text: `re-runs ${retried.length === 0 ? 'what is left' : retried.join(', ')}`, retried };
    }
  }
};
