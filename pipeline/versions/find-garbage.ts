/** What nobody needs: old versions, stages that no kept version was made of, what killed processes left. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GarbageKind, GarbageRequest, VersionEntry } from '../../contracts/dataset-versions.ts';
import { readManifest } from '../manifest.ts';
import { STAGE_FOLDER } from '../stages/stage.ts';
import { findTemporary } from '../store/publish-folder.ts';
import { changedAtMs, namesIn } from './folder-size.ts';
import { listVersions, versionsFolder } from './list-versions.ts';
import { readProvenance } from './provenance.ts';
import type { VersionsContext } from './version-tables.ts';

export interface Garbage {
  readonly kind: GarbageKind;
  readonly path: string;
}

/** Anything else in these folders was not put there by us. */
const STAGE_ID = /^(ex|lb|sp|em)-[0-9a-f]{16}$/;
const DAY_MS = 86_400_000;
const STAGES = [
  { kind: 'extract', folder: STAGE_FOLDER.extracts },
  { kind: 'label', folder: STAGE_FOLDER.labels },
  { kind: 'split', folder: STAGE_FOLDER.splits },
  { kind: 'embedding', folder: STAGE_FOLDER.embeddings },
] as const;

/** When each version and extract was asked for last, epoch milliseconds: the notes that name them are written anew. */
const readLastUses = async (dataFolder: string): Promise<ReadonlyMap<string, number>> => {
  const folder = join(dataFolder, STAGE_FOLDER.sources);
  const uses = new Map<string, number>();
  for (const name of await namesIn(folder)) {
    const usedAt = (await changedAtMs(join(folder, name))) ?? 0;
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    for (const [id] of text.matchAll(/\b(ds|ex)-[0-9a-f]{16}\b/g)) {
      uses.set(id, Math.max(uses.get(id) ?? 0, usedAt));
    }
  }
  return uses;
};

/**
 * The newest `keep` usable versions stay, and whatever was made, received or asked for within the age: an experiment may
 * be at work with it. Damaged ones are of no use to anybody.
 */
const oldVersions = async (
  { dataFolder, now }: VersionsContext,
  versions: readonly VersionEntry[],
  lastUses: ReadonlyMap<string, number>,
  { keep, olderThanMs }: GarbageRequest,
): Promise<ReadonlySet<VersionEntry>> => {
  const newest = new Set(versions.filter(({ status }) => status === 'ok').slice(0, keep));
  const old = new Set<VersionEntry>();
  for (const entry of versions) {
    const received = (await changedAtMs(join(versionsFolder(dataFolder), entry.version))) ?? 0;
    const lastMs = Math.max(Date.parse(entry.created_at), received, lastUses.get(entry.version) ?? 0);
    if (!newest.has(entry) && now() - lastMs > olderThanMs) {
      old.add(entry);
    }
  }
  return old;
};

/** Ids of the stages that versions were made of; a version without provenance tells only its extract. */
const stagesOf = async (dataFolder: string, versions: readonly VersionEntry[]): Promise<ReadonlySet<string>> => {
  const stages = new Set<string>();
  for (const { version, status } of versions) {
    if (status === 'ok') {
      const folder = join(versionsFolder(dataFolder), version);
      stages.add((await readManifest(folder)).source_digest);
      for (const id of Object.values((await readProvenance(folder))?.stages ?? {})) {
        if (id !== null) {
          stages.add(id);
        }
      }
    }
  }
  return stages;
};

const unusedStages = async (
  context: VersionsContext,
  used: ReadonlySet<string>,
  lastUses: ReadonlyMap<string, number>,
  olderThanMs: number,
): Promise<readonly Garbage[]> => {
  const unused: Garbage[] = [];
  for (const { kind, folder } of STAGES) {
    for (const name of (await namesIn(join(context.dataFolder, folder))).filter((each) => STAGE_ID.test(each))) {
      const path = join(context.dataFolder, folder, name);
      const changedAt = await changedAtMs(path);
      const lastMs = Math.max(changedAt ?? context.now(), lastUses.get(name) ?? 0);
      if (!used.has(name) && context.now() - lastMs > olderThanMs) {
        unused.push({ kind, path });
      }
    }
  }
  return unused;
};

/** Half written files of killed processes beside notes and vectors. They bear no process id: a day tells. */
const halfWrittenFiles = async ({ dataFolder, now }: VersionsContext): Promise<readonly Garbage[]> => {
  const vectors = join(dataFolder, STAGE_FOLDER.vectors);
  const folders = [
    join(dataFolder, STAGE_FOLDER.sources),
    ...(await namesIn(vectors)).map((name) => join(vectors, name)),
  ];
  const found: Garbage[] = [];
  for (const folder of folders) {
    for (const name of (await namesIn(folder)).filter((each) => each.endsWith('.tmp'))) {
      const changedAt = await changedAtMs(join(folder, name));
      if (changedAt !== null && now() - changedAt > DAY_MS) {
        found.push({ kind: 'temporary', path: join(folder, name) });
      }
    }
  }
  return found;
};

export interface FoundGarbage {
  readonly garbage: readonly Garbage[];
  readonly kept: readonly string[];
  readonly busy: readonly string[];
}

/** Vectors of texts and notes on sources stay: they are small, and a note on an extract that is gone does no harm. */
export const findGarbage = async (context: VersionsContext, request: GarbageRequest): Promise<FoundGarbage> => {
  const { dataFolder } = context;
  const temporaryFolder = join(dataFolder, STAGE_FOLDER.temporary);
  const temporary = await findTemporary(temporaryFolder, context.now());
  // A builder at work may be about to read a stage that no version names yet.
  const busy = temporary.filter(({ isStale }) => !isStale).map(({ name }) => name);
  const versions = await listVersions(dataFolder);
  const lastUses = await readLastUses(dataFolder);
  const old = await oldVersions(context, versions, lastUses, request);
  const kept = versions.filter((entry) => !old.has(entry));
  const used = await stagesOf(dataFolder, kept);
  const garbage: readonly Garbage[] = [
    ...[...old].map(({ version }) => ({ kind: 'version' as const, path: join(versionsFolder(dataFolder), version) })),
    ...(busy.length > 0 ? [] : await unusedStages(context, used, lastUses, request.olderThanMs)),
    ...temporary
      .filter(({ isStale }) => isStale)
      .map(({ name }) => ({ kind: 'temporary' as const, path: join(temporaryFolder, name) })),
    ...(await halfWrittenFiles(context)),
  ];
  return { garbage, kept: kept.map(({ version }) => version), busy };
};
