/** What became of the candidates of experiments that have ended, asked of MLflow for all of them at once. */
import { TtExpError } from '../contracts/errors.ts';
import type { ExperimentSnapshot } from '../contracts/experiment.ts';
import type { GateSide, GateVerdict, VerdictSince } from '../contracts/gate.ts';
import type { LedgerEntry } from '../contracts/ledger.ts';
import type { RegisteredVersionRecord } from '../contracts/model-catalogue.ts';
import { ALIAS, ARTIFACT, TAG } from '../contracts/names.ts';
import type { ModelVersionRecord } from '../contracts/registered-models.ts';
import type { RunRecord } from '../contracts/runs.ts';
import { brokenProblem, ledgerProblem } from '../policy/registry/ledger-problem.ts';
import { verdictSince } from '../policy/registry/verdict-since.ts';
import { openDecisions, type ProblemOf, type ReadDecisions } from '../registry/ledger/read-decisions.ts';
import type { LedgerReader } from '../registry/ports.ts';

/** Experiments asked about at once. */
const PARALLEL = 8;

/** Of an experiment: the gate's last word at its end, and where later ones are recorded. */
export interface EndedWith extends Pick<ExperimentSnapshot, 'parentRunId'> {
  readonly gate: Pick<GateVerdict, 'decision'>;
}

type Answerable = EndedWith & { readonly parentRunId: string };

/** The gate decided something, and a run has it. */
export const isAnswerable = (ended: EndedWith): ended is Answerable =>
  ended.parentRunId !== null && ended.gate.decision !== 'not_run';

export interface SinceThen {
  /** null: nothing else than the gate's last word, as far as anybody knows. */
  readonly verdict: VerdictSince | null;
  /** Why nobody knows; null where it is known. */
  readonly error: TtExpError | null;
}

export interface VerdictsReader extends LedgerReader {
  getRun(runId: string): Promise<RunRecord>;
  /** Of all models. */
  versionsOfRun(runId: string): Promise<readonly RegisteredVersionRecord[]>;
  /** null where there is no such version. */
  findVersion(name: string, version: string): Promise<ModelVersionRecord | null>;
}

export const NOTHING_SINCE: SinceThen = { verdict: null, error: null };

/** Of a model that was renamed the search by run tells; of one that is hidden from whoever asks, the version itself. */
const isDeleted = async (
  tracking: VerdictsReader,
  name: string,
  { run_id: runId, version }: GateSide,
): Promise<boolean> => {
  const registered = await tracking.versionsOfRun(runId);
  return (
    !registered.some((one) => one.version === version) && (await tracking.findVersion(name, version))?.runId !== runId
  );
};

/** Against the aliases of its model, where that has this ledger still: it may have been deleted. */
const problemBeside =
  (tracking: VerdictsReader): ProblemOf =>
  async (reading, name) => {
    const model = await tracking.findModel(name);
    const isSame = model?.aliases[ALIAS.champion] === (reading.standing.champion ?? undefined);
    if (isSame || model?.tags[TAG.ledgerRun] !== reading.runId) {
      return brokenProblem(reading);
    }
    const existing = async (version: string | null | undefined): Promise<readonly string[]> =>
      version == null || (await tracking.findVersion(name, version)) === null ? [] : [version];
    const [champion = null] = await existing(model.aliases[ALIAS.champion]);
    return ledgerProblem(reading, { champion, versions: await existing(reading.standing.champion) });
  };

const readSince = async (
  tracking: VerdictsReader,
  decisions: ReadDecisions,
  { gate, parentRunId }: Answerable,
): Promise<VerdictSince | null> => {
  const text = await tracking.getArtifactText(parentRunId, ARTIFACT.gate);
  if (text === null) {
    return null;
  }
  const verdict = JSON.parse(text) as GateVerdict;
  const { candidate } = verdict;
  const { tags, startTimeMs: beganAtMs } = await tracking.getRun(parentRunId);
  const name = tags[TAG.gateModel];
  // Runs of earlier versions say nowhere of which model they are.
  if (candidate === null || name === undefined) {
    return verdictSince(verdict, gate.decision, { entries: [], beganAtMs, isDeleted: false });
  }
  const isOfLedger = (entries: readonly LedgerEntry[]): boolean =>
    entries.some(({ evidence }) => evidence.verdict_run_id === parentRunId || evidence.run_id === candidate.run_id);
  const entries = await decisions(name, isOfLedger);
  return verdictSince(verdict, gate.decision, {
    ...{ entries, beganAtMs },
    isDeleted: await isDeleted(tracking, name, candidate),
  });
};

/** Where nobody answers, nobody will answer the next question. */
const isUseless = (error: unknown): boolean => !(error instanceof TtExpError) || error.code === 'SERVICE_UNREACHABLE';

/** An answer for each of them, in their order. Throws SERVICE_UNREACHABLE. */
export const readVerdictsSince = async (
  tracking: VerdictsReader,
  ended: readonly EndedWith[],
): Promise<readonly SinceThen[]> => {
  const decisions = await openDecisions(tracking, problemBeside(tracking));
  const answers: SinceThen[] = ended.map(() => NOTHING_SINCE);
  const waiting = ended.flatMap((one, place) => (isAnswerable(one) ? [{ ...one, place }] : []));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        answers[next.place] = { verdict: await readSince(tracking, decisions, next), error: null };
      } catch (error) {
        if (isUseless(error)) {
          waiting.length = 0;
          throw error;
        }
        answers[next.place] = { verdict: null, error: error as TtExpError };
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return answers;
};
