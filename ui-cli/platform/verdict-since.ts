import type { EndedWith } from '../../client/facts-reader.ts';
import { TtExpError } from '../../contracts/errors.ts';
import type { GateVerdict } from '../../contracts/gate.ts';
import type { CliIo } from '../command-line/process-runtime.ts';
import { printLines } from '../text/output.ts';
import type { Platform } from './platform-runtime.ts';

/** See FactsReader; null, and a note on stderr, where MLflow does not have it. */
export const readVerdictSince = async (
  io: CliIo,
  { facts }: Pick<Platform, 'facts'>,
  ended: EndedWith,
): Promise<GateVerdict | null> => {
  try {
    return await facts.verdictSince(ended);
  } catch (error) {
    if (!(error instanceof TtExpError)) {
      throw error;
    }
    printLines(io.stderr, [`note: whether it was approved since is not known: ${error.message}`]);
    return null;
  }
};
