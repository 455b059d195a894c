/** `tt-exp validate`: every mistake of every file. */
import { configDigest } from '../../config/digest.ts';
import { loadConfig } from '../../config/load.ts';
import { EXIT, TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import { experimentIds } from '../../contracts/ids.ts';
import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import { reportError } from '../command-line/report-error.ts';
import { printJson, printLines } from '../text/output.ts';

export interface ValidateOptions {
  readonly set: readonly string[];
  readonly isJson: boolean;
}

type Verdict =
  | { readonly file: string; readonly kind: 'valid'; readonly experimentId: string }
  | { readonly file: string; readonly kind: 'invalid'; readonly error: TtExpError };

const validate = async (file: string, overrides: readonly string[]): Promise<Verdict> => {
  try {
    const config = await loadConfig(file, overrides);
    return { file, kind: 'valid', experimentId: experimentIds(config.name, configDigest(config)).experimentId };
  } catch (error) {
    if (error instanceof TtExpError && error.code !== 'USAGE') {
      return { file, kind: 'invalid', error };
    }
    throw error;
  }
};

/** The exit code is that of the first file that is not valid. */
export const validateConfigs = async (
  { io }: ProcessRuntime,
  files: readonly string[],
  { set, isJson }: ValidateOptions,
): Promise<number> => {
  const verdicts: Verdict[] = [];
  for (const file of files) {
    verdicts.push(await validate(file, set));
  }
  if (isJson) {
    printJson(io, {
      configs: verdicts.map((verdict) => ({
        file: verdict.file,
        is_valid: verdict.kind === 'valid',
        experiment_id: verdict.kind === 'valid' ? verdict.experimentId : null,
        problems: verdict.kind === 'valid' ? [] : (verdict.error.details.problems ?? []),
        error: verdict.kind === 'valid' ? null : toErrorRecord(verdict.error),
      })),
    });
  }
  for (const verdict of isJson ? [] : verdicts) {
    if (verdict.kind === 'valid') {
      printLines(io.stdout, [`${verdict.file}: valid (${verdict.experimentId})`]);
    } else {
      printLines(io.stderr, reportError(verdict.error, false).lines);
    }
  }
  const failed = verdicts.find((verdict) => verdict.kind === 'invalid');
  return failed?.kind === 'invalid' ? failed.error.exitCode : EXIT.done;
};
