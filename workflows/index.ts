/** The workflows that a tt-cpu worker serves. */
export { experiment } from './experiment.ts';
export { moveAliases, registerVersion } from './registry.ts';
export { trial } from './trial.ts';
