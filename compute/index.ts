/** Compute processes: training and evaluation outside the worker's event loop. */

export { type ComputeRunner, type ComputeRunnerOptions, createComputeRunner } from './compute-runner.ts';
export { createGpuSampler } from './gpu-sampler.ts';
