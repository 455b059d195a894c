/** Options that several commands have: spelled, described and read alike. */
import { DEVICES } from '../../contracts/local-model.ts';
import type { EvaluatedSplit } from '../../contracts/trainer.ts';
import { choiceOption, collect, durationOption, formatOption, textOption } from './option-values.ts';

export const VERBOSE = ['--verbose', 'print the stack trace of errors'] as const;
export const JSON_FLAG = ['--json', 'print one JSON object on stdout'] as const;
export const PLAIN = ['--plain', 'plain progress lines, even on a terminal'] as const;
export const YES = ['--yes', 'do not ask'] as const;
export const REASON = ['--reason <text>', "kept in the model's ledger", textOption('--reason')] as const;
export const SET = ['--set <key=value>', 'change one setting of the config; may be repeated', collect] as const;
export const TIMEOUT = [
  '--timeout <duration>',
  'stop watching after 90s, 30m, 2h; exit with 75',
  durationOption('--timeout'),
] as const;
export const REQUIRE_PROMOTION = ['--require-promotion', 'exit with 1 unless the gate promotes the model'] as const;
export const DEVICE = [
  '--device <name>',
  `one of ${DEVICES.join(', ')}; auto takes the fastest`,
  choiceOption('--device', DEVICES),
  'auto',
] as const;

const SPLITS = ['test', 'validation'] as const satisfies readonly EvaluatedSplit[];
export const EVALUATED_SPLIT = [
  '--split <part>',
  `one of ${SPLITS.join(', ')}`,
  choiceOption('--split', SPLITS),
  'test',
] as const;

/** @param otherwise said after the two: where the default is from */
export const fileFormat = (otherwise = '') => ['--format <name>', `parquet or csv${otherwise}`, formatOption] as const;
