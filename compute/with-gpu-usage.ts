import type { ComputeMessage } from '../contracts/trainer.ts';
import type { GpuSampler } from './gpu-sampler.ts';

/** Adds to each epoch what its GPU was used. @returns where its messages go, and how to end watching */
export const withGpuUsage = (
  sampler: GpuSampler,
  gpuId: string,
  onMessage: (message: ComputeMessage) => void,
): { readonly onMessage: (message: ComputeMessage) => void; readonly end: () => void } => {
  const watch = sampler.watch(gpuId);
  return {
    onMessage: (message) => {
      // Until then it was reading data.
      if (message.kind === 'ready') {
        watch.restart();
      }
      const gpu = message.kind === 'epoch' ? watch.take() : null;
      onMessage(message.kind === 'epoch' && gpu !== null ? { ...message, usage: { ...message.usage, gpu } } : message);
    },
    end: watch.end,
  };
};
