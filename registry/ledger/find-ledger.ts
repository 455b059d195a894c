/** Where the ledger of a registered model lies in MLflow: a run of its own. */
import { LEDGER_EXPERIMENT, RUN_KIND, TAG } from '../../contracts/names.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';
import type { RunRecord } from '../../contracts/runs.ts';
import type { LedgerEnd, LedgerHead } from '../../policy/registry/check-ledger.ts';
import type { LedgerReader, LedgerWriter } from '../ports.ts';

export interface Ledger extends LedgerEnd {
  readonly runId: string;
  /** How many looks at test parts there were, and their digest; null: the run says nothing of them. */
  readonly looksHead: LedgerHead | null;
  /** Last record when the last question was asked, and its digest; null: the run says nothing of one. */
  readonly questionHead: LedgerHead | null;
  /** Names that its model has had, as far as the run tells; the last one when the model's owner wrote there last. */
  readonly names: readonly string[];
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

/** Others may have written the tag: what is no list of names is none. */
const namesIn = (text: string | undefined): readonly string[] => {
  try {
    const names: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch (error) {
    if (error instanceof SyntaxError) {
      return [];
    }
    throw error;
  }
};

const namesOf = (tags: RunRecord['tags']): readonly string[] => {
  const last = tags[TAG.registeredModel];
  const former = namesIn(tags[TAG.formerNames]);
  return last === undefined ? former : [...former.filter((name) => name !== last), last];
};

/** Tags by which a ledger's run knows the name of its model, and those before it. */
export const nameTags = ({ names }: Pick<Ledger, 'names'>, name: string): Readonly<Record<string, string>> => {
  const former = names.filter((one) => one !== name);
  return {
    [TAG.registeredModel]: name,
    ...(former.length === 0 ? {} : { [TAG.formerNames]: JSON.stringify(former) }),
  };
};

/** It is written before the aliases are moved: a ledger that was carried out had one. */
const endOf = (tags: RunRecord['tags']): LedgerEnd => {
  const { [TAG.ledgerHead]: text, [TAG.ledgerApplied]: applied = '0' } = tags;
  const head = headOf(text);
  const carriedOut = Number(applied);
  const tag = `(${TAG.ledgerHead} of its run)`;
  const absent = carriedOut > 0 ? `${tag} is missing` : null;
  const problem = text === undefined ? absent : `${tag} cannot be read`;
  return { head, headProblem: head === null ? problem : null, carriedOut };
};

const toLedger = ({ runId, tags }: RunRecord): Ledger => ({
  runId,
  ...endOf(tags),
  looksHead: headOf(tags[TAG.looksHead]),
  questionHead: headOf(tags[TAG.questionHead]),
  names: namesOf(tags),
});

const runsOf = (tracking: Pick<LedgerReader, 'findRuns'>, experimentId: string): Promise<readonly RunRecord[]> =>
  tracking.findRuns({ experimentId, tags: { [TAG.kind]: RUN_KIND.ledger } });

/** Of all registered models; none where nothing was recorded yet. */
export const findLedgerRuns = async (
  tracking: Pick<LedgerReader, 'findExperiment' | 'findRuns'>,
): Promise<readonly RunRecord[]> => {
  const experimentId = await tracking.findExperiment(LEDGER_EXPERIMENT);
  return experimentId === null ? [] : runsOf(tracking, experimentId);
};

/** null where the model has none yet. Its tag names it, also after it was renamed; a run that was deleted is none. */
export const ledgerAmong = (runs: readonly RunRecord[], model: RegisteredModelRecord): Ledger | null => {
  const found =
    runs.find(({ runId }) => runId === model.tags[TAG.ledgerRun]) ??
    runs.find(({ tags }) => tags[TAG.runKey] === keyOf(model));
  return found === undefined ? null : toLedger(found);
};

/** Of models that have, or had, this name; first those that had it when their owner wrote last. */
export const ledgersNamed = (runs: readonly RunRecord[], name: string): readonly Ledger[] => {
  const named = runs.map(toLedger).filter(({ names }) => names.includes(name));
  const isLast = ({ names }: Ledger): boolean => names.at(-1) === name;
  return [...named.filter(isLast), ...named.filter((ledger) => !isLast(ledger))];
};

/** null where the model has none yet. */
export const findLedger = async (
  tracking: Pick<LedgerReader, 'findExperiment' | 'findRuns'>,
  model: RegisteredModelRecord,
): Promise<Ledger | null> => ledgerAmong(await findLedgerRuns(tracking), model);

/** Whether a ledger lies in this run, of whichever model. */
export const isLedgerRun = async (tracking: LedgerWriter, runId: string): Promise<boolean> => {
  const experimentId = await tracking.ensureExperiment(LEDGER_EXPERIMENT, { ifDeleted: 'restore' });
  return (await runsOf(tracking, experimentId)).some((run) => run.runId === runId);
};

export const ensureLedger = async (
  tracking: LedgerWriter,
  model: RegisteredModelRecord,
  { actor, startTimeMs }: { readonly actor: string; readonly startTimeMs: number },
): Promise<Ledger> => {
  const experimentId = await tracking.ensureExperiment(LEDGER_EXPERIMENT, { ifDeleted: 'restore' });
  const found = ledgerAmong(await runsOf(tracking, experimentId), model);
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
  return { runId, ...endOf({}), looksHead: null, questionHead: null, names: [model.name] };
};
