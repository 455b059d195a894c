/** What a shell offers for the arguments and options of commands, by the name in their help. */
import type { CompletionNames } from './completion-runtime.ts';

export type ValueKind =
  | { readonly kind: 'files' }
  | { readonly kind: 'names'; readonly of: readonly (keyof CompletionNames)[] }
  | { readonly kind: 'choices'; readonly values: readonly string[] }
  /** A number, a time, a text of one's own. */
  | { readonly kind: 'free' };

const FILES: ValueKind = { kind: 'files' };
const FREE: ValueKind = { kind: 'free' };
const names = (...of: readonly (keyof CompletionNames)[]): ValueKind => ({ kind: 'names', of });
const choices = (...values: readonly string[]): ValueKind => ({ kind: 'choices', values });

const EXPERIMENT = names('experiments');
const MODEL = names('models', 'experiments', 'trials');

/** `<command> <argument>`, or the argument alone where it is the same in every command. */
const ARGUMENTS: Readonly<Record<string, ValueKind>> = {
  config: FILES,
  id: EXPERIMENT,
  n: FREE,
  'user-id': FREE,
  // Of approve and reject.
  'model or experiment': names('questions'),
  trial: choices('trial-000'),
  run: names('trials', 'experiments'),
  version: names('datasets'),
  a: names('datasets'),
  b: names('datasets'),
  model: MODEL,
  others: MODEL,
  candidate: MODEL,
  name: names('models'),
  ref: names('models', 'trials'),
  shell: choices('bash', 'zsh', 'fish'),
  'show id': names('experiments', 'models'),
  'open what': MODEL,
  'logs what': names('services', 'experiments', 'trials'),
};

/** `<command> <option>`, or the option alone. */
const OPTIONS: Readonly<Record<string, ValueKind>> = {
  '--bundle': FILES,
  '--config': FILES,
  '--from': FILES,
  '--out': FILES,
  '--to': FILES,
  '--html': FILES,
  '--output-dir': FILES,
  '--export-rankings': FILES,
  '--model': MODEL,
  '--against': MODEL,
  '--challenger': MODEL,
  '--mode': choices('split', 'interleave', 'shadow'),
  '--on-win': choices('promote', 'ask'),
  '--model-name': names('models'),
  '--data': names('datasets'),
  'train --data': FILES,
  'evaluate --data': FILES,
  '--device': choices('auto', 'cpu', 'gpu'),
  '--format': choices('parquet', 'csv'),
  '--split': choices('test', 'validation'),
  'data export --split': choices('all', 'train', 'validation', 'test'),
  '--engine': choices('two_tower', 'content', 'popularity'),
  '--loss': choices('weighted_bce', 'in_batch_softmax', 'bpr'),
  '--queue': choices('tt-cpu', 'tt-gpu'),
  '--state': choices('running', 'paused', 'completed', 'failed', 'cancelled'),
};

/** @param command its path, such as `data export` */
export const argumentKind = (command: string, argument: string): ValueKind | undefined =>
  ARGUMENTS[`${command} ${argument}`] ?? ARGUMENTS[argument];

/** Most options take a value of one's own. */
export const optionKind = (command: string, option: string): ValueKind =>
  OPTIONS[`${command} ${option}`] ?? OPTIONS[option] ?? FREE;
