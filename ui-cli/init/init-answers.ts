/** What `tt-exp init` needs to know: from options, else from whoever is at the terminal, else as usual. */
import { join } from 'node:path';
import { nameOfFile } from '../../config/name-of-file.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { ask, canAsk } from '../command-line/ask.ts';
import type { CliIo } from '../command-line/process-runtime.ts';

export interface InitOptions {
  readonly from?: string;
  readonly name?: string;
  readonly out?: string;
  readonly isYes: boolean;
}

export interface InitAnswers {
  readonly from: string;
  readonly name: string;
  readonly out: string;
}

const usage = (message: string, hint: string): TtExpError => new TtExpError('USAGE', message, { hint });

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

const checkedName = (name: string): string => {
  if (!NAME.test(name)) {
    throw usage(
      `--name: got ${JSON.stringify(name)}, expected lower-case letters, digits, dot, underscore and hyphen`,
      `For example: --name ${nameOfFile(name, 'ratings')}`,
    );
  }
  return name;
};

const checkedOut = (out: string): string => {
  if (!/\.jsonc?$/.test(out)) {
    throw usage(
      `--to: got ${JSON.stringify(out)}, expected a file named .jsonc or .json`,
      'A .jsonc file has comments; for example: --to experiments/ratings.jsonc',
    );
  }
  return out;
};

/** Throws USAGE where something is wrong, and without a file that could be read. */
export const initAnswers = async (io: CliIo, { from: given, isYes, ...options }: InitOptions): Promise<InitAnswers> => {
  const isAsking = canAsk(io) && !isYes;
  const answer = async (question: string, usual: string): Promise<string> =>
    (isAsking ? await ask(io, `${question} [${usual}]`, 'Nothing was written.') : null) || usual;
  const from =
    given ??
    ((isAsking && (await ask(io, 'File of interactions (CSV, Parquet or JSON):', 'Nothing was written.'))) || null);
  if (from === null) {
    throw usage(
      'tt-exp init: there is no file to look into',
      'Name one with --from ratings.csv. For the built-in data: tt-exp run experiments/smoke.json.',
    );
  }
  const name = checkedName(options.name ?? (await answer('Name of the experiment', nameOfFile(from, 'experiment'))));
  const out = checkedOut(options.out ?? (await answer('Config', join('experiments', `${name}.jsonc`))));
  return { from, name, out };
};
