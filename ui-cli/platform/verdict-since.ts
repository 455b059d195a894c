import type { EndedWith, SinceThen } from '../../client/verdicts-since.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { VerdictSince } from '../../contracts/gate.ts';
import { outputLost } from '../command-line/lost-output.ts';
import type { CliIo } from '../command-line/process-runtime.ts';
import { printLines } from '../text/output.ts';
import type { Platform } from './platform-runtime.ts';

const askAll = async (
  { facts }: Pick<Platform, 'facts'>,
  ended: readonly EndedWith[],
): Promise<readonly SinceThen[]> => {
  try {
    return await facts.verdictsSince(ended);
  } catch (error) {
    if (error instanceof TtExpError) {
      return ended.map(() => ({ verdict: null, error }));
    }
    throw error;
  }
};

/** See FactsReader; null, and a note on stderr, where MLflow does not have it. */
export const readVerdictsSince = async (
  io: CliIo,
  platform: Pick<Platform, 'facts'>,
  ended: readonly EndedWith[],
): Promise<readonly (VerdictSince | null)[]> => {
  const answers = await askAll(platform, ended);
  const failures = answers.flatMap(({ error }) => (error === null ? [] : [error.message]));
  const of = ended.length === 1 ? 'the candidate' : `${failures.length} of ${ended.length} candidates`;
  const reasons = [...new Set(failures)].join('; ');
  // Whoever has stopped reading asks for nothing any more.
  const isTold = failures.length > 0 && !outputLost(io.stdout).aborted;
  printLines(io.stderr, isTold ? [`note: what became of ${of} since is not known: ${reasons}`] : []);
  return answers.map(({ verdict }) => verdict);
};

/** The same of one. */
export const readVerdictSince = async (
  io: CliIo,
  platform: Pick<Platform, 'facts'>,
  ended: EndedWith,
): Promise<VerdictSince | null> => (await readVerdictsSince(io, platform, [ended]))[0] ?? null;
