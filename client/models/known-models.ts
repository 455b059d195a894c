/** All registered models and where their ledgers lie, asked once for a command, and a model among them by its name. */
import { TtExpError } from '../../contracts/errors.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';
import type { RunRecord } from '../../contracts/runs.ts';
import { nearestHint } from '../../policy/nearest.ts';
import { findLedgerRuns, type Ledger, ledgerAmong } from '../../registry/ledger/find-ledger.ts';
import type { CatalogueReader } from './ports.ts';

export interface KnownModels {
  readonly models: readonly RegisteredModelRecord[];
  /** Of all ledgers. */
  readonly ledgerRuns: readonly RunRecord[];
}

export type KnownModelsReader = Pick<CatalogueReader, 'registeredModels' | 'findExperiment' | 'findRuns'>;

export const readKnownModels = async (tracking: KnownModelsReader): Promise<KnownModels> => {
  const [models, ledgerRuns] = await Promise.all([tracking.registeredModels(), findLedgerRuns(tracking)]);
  return { models, ledgerRuns };
};

/** null where it has none yet. */
export const ledgerOf = ({ ledgerRuns }: KnownModels, model: RegisteredModelRecord): Ledger | null =>
  ledgerAmong(ledgerRuns, model);

/** Names that it had before it was renamed in MLflow, and that no other model has by now. */
export const formerNames = (known: KnownModels, model: RegisteredModelRecord): readonly string[] =>
  (ledgerOf(known, model)?.names ?? []).filter((name) => !known.models.some((other) => other.name === name));

/** Of a model that had this name before it was renamed in MLflow; null: there is none. */
const renamedFrom = (known: KnownModels, name: string): string | null =>
  known.models.find((model) => model.name !== name && ledgerOf(known, model)?.names.includes(name) === true)?.name ??
  null;

/** Name of now of the model that had this one, where no model has it by now: the next to ask for it begins another. */
export const renamedTo = async (tracking: KnownModelsReader, name: string): Promise<string | null> => {
  const known = await readKnownModels(tracking);
  return known.models.some((model) => model.name === name) ? null : renamedFrom(known, name);
};

/** What whoever looks at a model under this name should know of names in MLflow. Sentences. */
export const nameNotes = (known: KnownModels, model: RegisteredModelRecord): readonly string[] => {
  const { name } = model;
  const former = formerNames(known, model);
  const other = renamedFrom(known, name);
  return [
    ...(former.length === 0
      ? []
      : [`${name} was called ${former.join(', then ')} before it was renamed in MLflow; its ledger is the same`]),
    ...(other === null
      ? []
      : [`${other} was called ${name} before it was renamed in MLflow: versions and ledger of before are there`]),
  ];
};

/** Throws MODEL_NOT_FOUND. */
export const findModelRecord = (known: KnownModels, name: string): RegisteredModelRecord => {
  const found = known.models.find((model) => model.name === name);
  if (found !== undefined) {
    return found;
  }
  const names = known.models.map((model) => model.name);
  const renamed = renamedFrom(known, name);
  throw new TtExpError('MODEL_NOT_FOUND', `model: got ${JSON.stringify(name)}, expected a registered model`, {
    hint:
      names.length === 0
        ? 'The registry is empty: `tt-exp run <config>` registers models.'
        : renamed === null
          ? nearestHint(name, names, '`tt-exp models` lists them all.')
          : `It was renamed in MLflow: it is called ${renamed} now.`,
  });
};
