/** What the keys of the live view ask an experiment for. */
import type { Experiments } from '../platform/platform-runtime.ts';

export type LiveRequest =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'parallel'; readonly maxParallel: number }
  | { readonly kind: 'cancel-trial'; readonly trialId: string }
  | { readonly kind: 'retry' };

/** Makes the request; answers what to tell about it. */
export const makeRequest = async (experiments: Experiments, id: string, request: LiveRequest): Promise<string> => {
  switch (request.kind) {
    case 'cancel':
      await experiments.cancel(id);
      return '';
    case 'pause':
      await experiments.pause(id);
      return 'Paused: running trials end their epoch.';
    case 'resume':
      await experiments.resume(id);
      return 'Goes on.';
    case 'parallel':
      await experiments.setMaxParallel(id, request.maxParallel);
      return `At most ${request.maxParallel} at once.`;
    case 'cancel-trial':
      await experiments.cancelTrial(id, request.trialId);
      return `${request.trialId} is cancelled.`;
    case 'retry':
      return `Tries again ${(await experiments.retryFailed(id)).join(', ')}.`;
  }
};

/** Shown while the answer is awaited. */
export const requestText = (request: LiveRequest): string => {
  switch (request.kind) {
    case 'cancel':
      return '';
    case 'pause':
      return 'Pausing …';
    case 'resume':
      return 'Resuming …';
    case 'parallel':
      return `Asking for ${request.maxParallel} at once …`;
    case 'cancel-trial':
      return `Cancelling ${request.trialId} after its epoch …`;
    case 'retry':
      return 'Trying failed trials again …';
  }
};
