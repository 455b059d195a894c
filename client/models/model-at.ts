/** A registered model as it is, or as it was at some time: versions, aliases and records, without their runs. */
import { TtExpError } from '../../contracts/errors.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { CatalogueModel, RegisteredVersionRecord } from '../../contracts/model-catalogue.ts';
import type { RegisteredModelRecord } from '../../contracts/registered-models.ts';
import type { Aliases } from '../../contracts/registry-owner.ts';
import { aliasesAfter, entriesUntil } from '../../policy/registry/as-of.ts';
import { ledgerProblem, unreliableText } from '../../policy/registry/ledger-problem.ts';
import { type LedgerReading, readLedgerOf } from '../../registry/ledger/read-ledger.ts';
import {
  findModelRecord,
  formerNames,
  type KnownModels,
  ledgerOf,
  nameNotes,
  readKnownModels,
} from './known-models.ts';
import { isMovedByHand } from './moved-by-hand.ts';
import type { CatalogueReader } from './ports.ts';

export interface ModelAt extends Pick<CatalogueModel, 'name' | 'aliases' | 'dangling'> {
  /** null: now. */
  readonly asOfMs: number | null;
  /** Newest first. */
  readonly versions: readonly { readonly record: RegisteredVersionRecord; readonly aliases: readonly string[] }[];
  /** Of the ledger, oldest first; of an earlier time those until then. Those that can be read, where it is broken. */
  readonly entries: readonly LedgerEntry[];
  /** null where there is none yet. */
  readonly ledger: LedgerReading | null;
  /** Why the ledger cannot be relied on, in a sentence; null: it can, or there is none. A move by hand is told elsewhere. */
  readonly ledgerProblem: string | null;
  /** Its name, and those before it that nobody else has by now. */
  readonly names: readonly string[];
  /** What is to be known of names that were changed in MLflow. Sentences. */
  readonly notes: readonly string[];
}

/** MLflow's aliases may have any name. */
const namesOf = (aliases: Readonly<Record<string, string | null>>, version: string): readonly string[] =>
  Object.keys(aliases)
    .filter((alias) => aliases[alias] === version)
    .sort();

type Read = Pick<ModelAt, 'name' | 'ledger' | 'names' | 'notes'> & {
  /** Newest first. */
  readonly records: readonly RegisteredVersionRecord[];
};

const read = async (tracking: CatalogueReader, known: KnownModels, model: RegisteredModelRecord): Promise<Read> => {
  const found = ledgerOf(known, model);
  const [records, ledger] = await Promise.all([
    tracking.versionRecords(model.name),
    found === null ? null : readLedgerOf(tracking, found),
  ]);
  const { name } = model;
  return { name, records, ledger, names: [name, ...formerNames(known, model)], notes: nameNotes(known, model) };
};

const problemOf = (
  model: RegisteredModelRecord,
  { records, ledger, name }: Read,
  champion: string | null,
): string | null => {
  const versions = records.map(({ version }) => version);
  const problem = ledger === null ? null : ledgerProblem(ledger, { champion, versions });
  return problem === null || (ledger?.broken === null && isMovedByHand(model)) ? null : unreliableText(name, problem);
};

const asNow = (model: RegisteredModelRecord, whole: Read): ModelAt => {
  const { records, ...found } = whole;
  const isThere = (version: string | undefined): boolean => records.some((record) => record.version === version);
  const existing = (alias: keyof Aliases): string | null =>
    isThere(model.aliases[alias]) ? (model.aliases[alias] ?? null) : null;
  const champion = existing('champion');
  return {
    ...found,
    asOfMs: null,
    ledgerProblem: problemOf(model, whole, champion),
    aliases: {
      champion,
      challenger: existing('challenger'),
      previous: existing('previous'),
    },
    dangling: Object.entries(model.aliases).flatMap(([alias, version]) =>
      isThere(version) ? [] : [{ alias, version }],
    ),
    versions: records.map((record) => ({ record, aliases: namesOf(model.aliases, record.version) })),
    entries: found.ledger?.entries ?? [],
  };
};

const asThen = ({ records, ...found }: Read, asOfMs: number): ModelAt => {
  const { name, ledger } = found;
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
  return { ...found, asOfMs, ledgerProblem: null, aliases, dangling: [], versions, entries };
};

/** Its ledger is read once. Throws LEDGER_BROKEN for an earlier time. */
export const readModelAt = async (
  tracking: CatalogueReader,
  known: KnownModels,
  model: RegisteredModelRecord,
  asOfMs: number | null,
): Promise<ModelAt> => {
  const found = await read(tracking, known, model);
  return asOfMs === null ? asNow(model, found) : asThen(found, asOfMs);
};

/** Throws MODEL_NOT_FOUND. */
export const findModelAt = async (
  tracking: CatalogueReader,
  name: string,
  asOfMs: number | null = null,
): Promise<ModelAt> => {
  const known = await readKnownModels(tracking);
  return readModelAt(tracking, known, findModelRecord(known, name), asOfMs);
};
