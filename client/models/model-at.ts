/** A registered model as it is, or as it was at some time: versions, aliases and records, without their runs. */
import { TtExpError } from '../../contracts/errors.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { CatalogueModel, RegisteredVersionRecord } from '../../contracts/model-catalogue.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';
import type { Aliases } from '../../contracts/registry-owner.ts';
import { aliasesAfter, entriesUntil } from '../../policy/registry/as-of.ts';
import { readLedger } from '../../registry/ledger/read-ledger.ts';
import { findModelRecord } from './find-model-record.ts';
import type { CatalogueReader } from './ports.ts';

export interface ModelAt extends Pick<CatalogueModel, 'name' | 'aliases' | 'dangling'> {
  /** null: now. */
  readonly asOfMs: number | null;
  /** Newest first. */
  readonly versions: readonly { readonly record: RegisteredVersionRecord; readonly aliases: readonly string[] }[];
  /** Of the ledger, oldest first; of an earlier time those until then. Those that can be read, where it is broken. */
  readonly entries: readonly LedgerEntry[];
}

/** MLflow's aliases may have any name. */
const namesOf = (aliases: Readonly<Record<string, string | null>>, version: string): readonly string[] =>
  Object.keys(aliases)
    .filter((alias) => aliases[alias] === version)
    .sort();

const readNow = async (tracking: CatalogueReader, model: RegisteredModelRecord): Promise<ModelAt> => {
  const [records, ledger] = await Promise.all([tracking.versionRecords(model.name), readLedger(tracking, model.name)]);
  const isThere = (version: string | undefined): boolean => records.some((record) => record.version === version);
  const existing = (alias: keyof Aliases): string | null =>
    isThere(model.aliases[alias]) ? (model.aliases[alias] ?? null) : null;
  return {
    name: model.name,
    asOfMs: null,
    aliases: {
      champion: existing('champion'),
      challenger: existing('challenger'),
      previous: existing('previous'),
    },
    dangling: Object.entries(model.aliases).flatMap(([alias, version]) =>
      isThere(version) ? [] : [{ alias, version }],
    ),
    versions: records.map((record) => ({ record, aliases: namesOf(model.aliases, record.version) })),
    entries: ledger?.entries ?? [],
  };
};

const readThen = async (
  tracking: CatalogueReader,
  { name }: RegisteredModelRecord,
  asOfMs: number,
): Promise<ModelAt> => {
  const [records, ledger] = await Promise.all([tracking.versionRecords(name), readLedger(tracking, name)]);
  if (ledger?.broken != null) {
    const { seq, reason } = ledger.broken;
    throw new TtExpError(
      'LEDGER_BROKEN',
      `ledger of ${name}: record ${seq} ${reason}, so nobody knows who served then`,
      {
        hint: `\`tt-exp models history ${name}\` shows what is left; restore MLflow run ${ledger.runId} from a backup.`,
      },
    );
  }
  const entries = entriesUntil(ledger?.entries ?? [], asOfMs);
  const aliases = aliasesAfter(
    entries,
    records.map(({ version }) => version),
  );
  const versions = records
    .filter(({ createdAtMs }) => createdAtMs <= asOfMs)
    .map((record) => ({ record, aliases: namesOf({ ...aliases }, record.version) }));
  return { name, asOfMs, aliases, dangling: [], versions, entries };
};

export const readModelAt = (
  tracking: CatalogueReader,
  model: RegisteredModelRecord,
  asOfMs: number | null,
): Promise<ModelAt> => (asOfMs === null ? readNow(tracking, model) : readThen(tracking, model, asOfMs));

/** Throws MODEL_NOT_FOUND. */
export const findModelAt = async (
  tracking: CatalogueReader,
  name: string,
  asOfMs: number | null = null,
): Promise<ModelAt> => readModelAt(tracking, findModelRecord(await tracking.registeredModels(), name), asOfMs);
