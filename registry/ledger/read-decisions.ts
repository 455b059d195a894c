/** What the ledger of a registered model says of its versions, by any name that the model has had. */
import { TtExpError } from '../../contracts/errors.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import { brokenProblem, unreliableText } from '../../policy/registry/ledger-problem.ts';
import type { LedgerReader } from '../ports.ts';
import { findLedgerRuns, type Ledger, ledgersNamed } from './find-ledger.ts';
import { type LedgerReading, readLedgerOf } from './read-ledger.ts';

export type DecisionsReader = Omit<LedgerReader, 'findModel'>;

type Entries = readonly LedgerEntry[];

/**
 * Records of the first ledger that suits, oldest first; none where no ledger does. The name of now comes first. Throws
 * LEDGER_BROKEN: a ledger that lacks a record may say the opposite of what was decided.
 */
export type ReadDecisions = (modelName: string, suits: (entries: Entries) => boolean) => Promise<Entries>;

/** @returns a clause; null: the ledger can be relied on. @param name the last one of its model that it knows */
export type ProblemOf = (reading: LedgerReading, name: string) => string | null | Promise<string | null>;

/** For several questions at once: each ledger is read once, as it is then. */
export const openDecisions = async (
  tracking: DecisionsReader,
  problemOf: ProblemOf = brokenProblem,
): Promise<ReadDecisions> => {
  const runs = await findLedgerRuns(tracking);
  const read = new Map<string, Promise<Entries>>();
  const readReliable = async (ledger: Ledger, modelName: string): Promise<Entries> => {
    const reading = await readLedgerOf(tracking, ledger);
    const name = ledger.names.at(-1) ?? modelName;
    const problem = await problemOf(reading, name);
    if (problem !== null) {
      throw new TtExpError('LEDGER_BROKEN', unreliableText(name, problem));
    }
    return reading.entries;
  };
  return async (modelName, suits) => {
    for (const ledger of ledgersNamed(runs, modelName)) {
      const reading = read.get(ledger.runId) ?? readReliable(ledger, modelName);
      read.set(ledger.runId, reading);
      const entries = await reading;
      if (suits(entries)) {
        return entries;
      }
    }
    return [];
  };
};

export const readDecisions = async (tracking: DecisionsReader, modelName: string): Promise<Entries> =>
  (await openDecisions(tracking))(modelName, () => true);
