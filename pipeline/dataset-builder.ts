/** Builds dataset versions: extract, label, split, encode, each once, each named by what went into it. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataReport, EmbeddingReport } from '../contracts/data-report.ts';
import type { DataRequest, ExtractResult, LabelResult, SplitResult } from '../contracts/data-stages.ts';
import type { DatasetSummary } from '../contracts/dataset.ts';
import { TtExpError } from '../contracts/errors.ts';
import { MANIFEST_FILE } from '../contracts/names.ts';
import type { TestPart } from '../contracts/test-part-looks.ts';
import type { CountSink } from '../contracts/work-count.ts';
import { exists } from '../host/files/file-errors.ts';
import { checkSource } from './checks/check-source.ts';
import type { Database } from './duckdb/database.ts';
import { lastVersion, rememberVersion } from './lineage.ts';
import { readManifest, summaryOf } from './manifest.ts';
import { refuseLowCoverage } from './stages/coverage.ts';
import { describeEmbed, type EmbedOptions, type EmbedOutput, embed } from './stages/embed.ts';
import { encode, versionFolder, versionId } from './stages/encode.ts';
import { type ExtractOutput, extract, knownExtract, shapeOfRequest } from './stages/extract.ts';
import { label, labelId } from './stages/label.ts';
import { leftOutRows } from './stages/left-out.ts';
import { split, splitId } from './stages/split.ts';
import { attachTables, STAGE_FOLDER, type StageContext, temporaryFolderOf, withDatabase } from './stages/stage.ts';
import { renameOrAdopt, sweepTemporary, withTemporaryFolder } from './store/publish-folder.ts';
import { verifyFiles } from './store/verify-folder.ts';
import { readProvenance } from './versions/provenance.ts';
import { readTestPart } from './versions/test-part.ts';

/** The git commit goes to provenance.json of a version, beside the time; no part of its content. */
export interface DatasetBuilderOptions extends Omit<StageContext, 'threads'> {
  /** Threads of DuckDB. The result does not depend on it. */
  readonly threads?: number;
}

/**
 * Every method is idempotent: called again with the same arguments, in any process, it finds the earlier result. Two
 * builders of the same version may run at once. A stage makes sure that those before it exist.
 */
export interface DatasetBuilder {
  extract(request: DataRequest): Promise<ExtractResult>;
  label(request: DataRequest): Promise<LabelResult>;
  split(request: DataRequest): Promise<SplitResult>;
  /** Makes the missing text embeddings; resumes where an interrupted call ended. */
  embed(request: DataRequest, options?: EmbedOptions): Promise<EmbeddingReport>;
  encode(request: DataRequest): Promise<DatasetSummary>;
  /** What is wrong or strange with the source's rows. */
  check(request: DataRequest, onCount?: CountSink): Promise<DataReport>;
  /** Folder of a finished version on this host, or null. */
  findLocal(version: string): Promise<string | null>;
  /** `receive` fills an empty temporary folder; it is verified and published. Returns the version's folder. */
  adopt(version: string, receive: (folder: string) => Promise<void>): Promise<string>;
  /** Of a finished version on this host. */
  readTestPart(version: string): Promise<TestPart>;
}

const VERSION = /^ds-[0-9a-f]{16}$/;

const checkVersion = (version: string): void => {
  if (!VERSION.test(version)) {
    throw new TtExpError(
      'DATASET_NOT_FOUND',
      `No dataset version is called "${version}": expected ds- and 16 hex digits`,
      {
        hint: 'Take the id from the `dataset.version` of a summary.',
      },
    );
  }
};

export const createDatasetBuilder = (options: DatasetBuilderOptions): DatasetBuilder => {
  const context: StageContext = { threads: 2, ...options };
  const pick = ({ id, rows }: { readonly id: string; readonly rows: number }) => ({ id, rows });

  const toLabel = async (request: DataRequest) => {
    const extracted = await extract(context, request);
    return { extracted, labelled: await label(context, request.data, extracted) };
  };
  const toSplit = async (request: DataRequest) => {
    const stages = await toLabel(request);
    return { ...stages, splitted: await split(context, request, stages) };
  };

  const inExtract = <T>(
    { folder }: ExtractOutput,
    tables: readonly string[],
    use: (database: Database) => Promise<T>,
  ) =>
    withDatabase(context, async (database) => {
      await attachTables(database, folder, tables);
      return use(database);
    });

  const countCovered = async (extracted: ExtractOutput, embedded: EmbedOutput, side: 'user' | 'item') => {
    const folder = embedded.folder[side];
    return folder === null
      ? null
      : inExtract(extracted, [`${side}s`], async (database) => {
          await attachTables(database, folder, [`${side}_embeddings`]);
          const [row] = await database.rows(
            `count the embeddings of ${side}s`,
            `SELECT count(*)::INTEGER AS total, count(e.embedding)::INTEGER AS covered
              FROM ${side}s LEFT JOIN ${side}_embeddings AS e USING (${side}_id)`,
          );
          return { total: Number(row?.total), covered: Number(row?.covered) };
        });
  };

  const findLocal = async (version: string): Promise<string | null> => {
    checkVersion(version);
    const folder = versionFolder(context, version);
    return (await exists(join(folder, MANIFEST_FILE))) ? folder : null;
  };

  /** A version found again is held to the coverage that this request wants: coverage does not shape the data. */
  const findSummary = async (version: string, minCoverage: number): Promise<DatasetSummary | null> => {
    const folder = await findLocal(version);
    if (folder === null) {
      return null;
    }
    const manifest = await readManifest(folder);
    refuseLowCoverage(manifest, minCoverage);
    return summaryOf(manifest);
  };

  /** The version of a source whose content is known without reading it. */
  const findEarly = async (request: DataRequest): Promise<DatasetSummary | null> => {
    const known = await knownExtract(context, request);
    if (known === null) {
      return null;
    }
    const { schema } = shapeOfRequest(request);
    const embedding = await describeEmbed(context, request, { id: known, schema });
    const version = versionId(splitId(labelId(known, request.data), request), embedding);
    const folder = await findLocal(version);
    const provenance = folder === null ? null : await readProvenance(folder);
    // The stages tell which rows are too many.
    const isRefused = (provenance?.bad_rows ?? 0) > request.data.max_bad_rows;
    return isRefused ? null : findSummary(version, request.data.min_coverage);
  };

  const build = async (request: DataRequest): Promise<DatasetSummary> => {
    const stages = await toSplit(request);
    const embedded = await embed(context, request, stages.extracted);
    const version = versionId(stages.splitted.id, embedded);
    const settings = { ...request, identity: stages.extracted.identity };
    const last = await lastVersion(context, settings);
    const parent = last === version ? null : last;
    const summary =
      (await findSummary(version, request.data.min_coverage)) ??
      (await encode(context, request, { ...stages, embedded, parent }));
    await rememberVersion(context, settings, version);
    return summary;
  };

  return {
    extract: async (request) => {
      await sweepTemporary(temporaryFolderOf(context), context.now());
      const { id, rows, identity, bad } = await extract(context, request);
      return { id, rows, identity, bad };
    },
    label: async (request) => {
      const { labelled } = await toLabel(request);
      return { ...pick(labelled), warnings: labelled.warnings };
    },
    split: async (request) => {
      const stages = await toSplit(request);
      return { ...pick(stages.splitted), leftOut: leftOutRows(stages) };
    },
    embed: async (request, options) => {
      const extracted = await extract(context, request);
      const embedded = await embed(context, request, extracted, options);
      const { user, item } = embedded.text;
      return {
        encoder: [user.encoder, item.encoder].find((encoder) => encoder !== null && encoder !== 'source') ?? null,
        users: await countCovered(extracted, embedded, 'user'),
        items: await countCovered(extracted, embedded, 'item'),
        computed: embedded.computed,
        cached: embedded.cached,
      };
    },
    encode: async (request) => {
      const early = await findEarly(request);
      if (early === null) {
        return build(request);
      }
      await rememberVersion(context, { ...request, identity: request.binding?.identity ?? null }, early.version);
      return early;
    },
    check: (request, onCount) => checkSource(context, request, toSplit, onCount),
    findLocal,
    adopt: async (version, receive) => {
      const found = await findLocal(version);
      if (found !== null) {
        return found;
      }
      const folder = versionFolder(context, version);
      await mkdir(join(context.dataFolder, STAGE_FOLDER.versions), { recursive: true });
      await withTemporaryFolder(temporaryFolderOf(context), async (temporary) => {
        await receive(temporary);
        const manifest = await readManifest(temporary);
        if (manifest.version !== version) {
          throw new TtExpError('DATASET_CORRUPT', `Received dataset version ${manifest.version}, expected ${version}`, {
            hint: 'Build the version again from its source.',
          });
        }
        await verifyFiles(temporary, manifest.files);
        await renameOrAdopt(temporary, folder);
      });
      return folder;
    },
    readTestPart: (version) => readTestPart(context, { version, folder: versionFolder(context, version) }),
  };
};
