/** Where the ledger of a registered model lies in MLflow: a run of its own. */
import { LEDGER_EXPERIMENT, RUN_KIND, TAG } from '../../contracts/names.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';
import type { RunRecord } from '../../contracts/runs.ts';
import type { LedgerHead } from '../../policy/registry/check-ledger.ts';
import type { LedgerReader, LedgerWriter } from '../ports.ts';

export interface Ledger {
  readonly runId: string;
  /** What the run says of its last record; null: nothing. */
  readonly head: LedgerHead | null;
  /** How many looks at test parts there were, and their digest; null: the run says nothing of them. */
  readonly looksHead: LedgerHead | null;
  /** Records up to this one are carried out in the aliases. */
  readonly carriedOut: number;
}

const NOTE =
  'Ledgers of registered models: one run a model, one artifact a move. Written by `tt-exp` alone; `tt-exp models history` shows them.';

/** A model that was deleted and made anew under its name is another model, with a ledger of its own. */
const keyOf = ({ name, createdAtMs }: RegisteredModelRecord): string => `${createdAtMs}/${name}`;

const headOf = (text: string | undefined): LedgerHead | null => {
  const [, seq, digest] = /^(\d+) ([0-9a-f]{64})$/.exec(text ?? '') ?? [];
  return seq === undefined || digest === undefined ? null : { seq: Number(seq), digest };
};

/** As the run's tags have it. */
export const headText = ({ seq, digest }: LedgerHead): string => `${seq} ${digest}`;

const toLedger = ({ runId, tags }: RunRecord): Ledger => ({
  runId,
  head: headOf(tags[TAG.ledgerHead]),
  looksHead: headOf(tags[TAG.looksHead]),
  carriedOut: Number(tags[TAG.ledgerApplied] ?? 0),
});

/** The model's tag names it, also after the model was renamed; a run that was deleted is none. */
const select = async (
  tracking: Pick<LedgerReader, 'findRuns'>,
  experimentId: string,
  model: RegisteredModelRecord,
): Promise<Ledger | null> => {
  const runs = await tracking.findRuns({ experimentId, tags: { [TAG.kind]: RUN_KIND.ledger } });
  const found =
    runs.find(({ runId }) => runId === model.tags[TAG.ledgerRun]) ??
    runs.find(({ tags }) => tags[TAG.runKey] === keyOf(model));
  return found === undefined ? null : toLedger(found);
};

/** null where the model has none yet. */
export const findLedger = async (tracking: LedgerReader, model: RegisteredModelRecord): Promise<Ledger | null> => {
  const experimentId = await tracking.findExperiment(LEDGER_EXPERIMENT);
  return experimentId === null ? null : select(tracking, experimentId, model);
};

export const ensureLedger = async (
  tracking: LedgerWriter,
  model: RegisteredModelRecord,
  { actor, startTimeMs }: { readonly actor: string; readonly startTimeMs: number },
): Promise<Ledger> => {
  const experimentId = await tracking.ensureExperiment(LEDGER_EXPERIMENT, { ifDeleted: 'restore' });
  const found = await select(tracking, experimentId, model);
  if (found !== null) {
    return found;
  }
  await tracking.describeExperiment(experimentId, NOTE);
  const runId = await tracking.ensureRun({
    ...{ experimentId, runKey: keyOf(model), runName: model.name, user: actor, gitCommit: null, startTimeMs },
    tags: { [TAG.kind]: RUN_KIND.ledger, [TAG.registeredModel]: model.name },
  });
  // Nothing runs in it: it takes records all the same.
  await tracking.finishRun(runId, 'FINISHED', startTimeMs);
  return { runId, head: null, looksHead: null, carriedOut: 0 };
};
