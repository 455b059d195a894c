/** The workflows that a tt-cpu worker serves. */
export { experiment } from './experiment.ts';
export { judgeByHand } from './judge-by-hand.ts';
export { onlineExperiment } from './online-experiment.ts';
export { registry } from './registry.ts';
export { trial } from './trial.ts';
