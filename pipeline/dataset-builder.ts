/** Builds dataset versions: extract, label, split, encode, each once, each named by what went into it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetSummary } from '../contracts/dataset.ts';
import { TtExpError } from '../contracts/errors.ts';
import { readManifest, summaryOf } from './manifest.ts';
import { encode, refuseLowCoverage, versionFolder, versionId } from './stages/encode.ts';
import { extract, rememberedExtract, sourceOf } from './stages/extract.ts';
import { label, labelId } from './stages/label.ts';
import { split, splitId } from './stages/split.ts';
import {
  type PipelineLog,
  STAGE_FOLDER,
  type StageContext,
  type StageRequest,
  temporaryFolderOf,
} from './stages/stage.ts';
import { exists, MANIFEST_FILE, renameOrAdopt, sweepTemporary, withTemporaryFolder } from './store/publish-folder.ts';
import { verifyFiles } from './store/verify-folder.ts';

export interface DatasetBuilderOptions {
  /** Absolute; everything is written below it. */
  readonly dataFolder: string;
  /** Written to provenance.json of a version, beside the time; no part of its content. */
  readonly gitCommit: string | null;
  readonly now: () => number;
  readonly log: PipelineLog;
  /** DuckDB spills to the data folder beyond this. */
  readonly memoryLimitMegabytes: number;
  /** Threads of DuckDB. The result does not depend on it. */
  readonly threads?: number;
}

/**
 * Every method is idempotent: called again with the same arguments, in any process, it finds the earlier result. Two
 * builders of the same version may run at once. A stage makes sure that those before it exist.
 */
export interface DatasetBuilder {
  extract(request: StageRequest): Promise<{ readonly id: string; readonly rows: number }>;
  label(request: StageRequest): Promise<{ readonly id: string; readonly rows: number }>;
  split(request: StageRequest): Promise<{ readonly id: string; readonly rows: number }>;
  encode(request: StageRequest): Promise<DatasetSummary>;
  /** Folder of a finished version on this host, or null. */
  findLocal(version: string): Promise<string | null>;
  /** `receive` fills an empty temporary folder; it is verified and published. Returns the version's folder. */
  adopt(version: string, receive: (folder: string) => Promise<void>): Promise<string>;
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

  const toLabel = async (request: StageRequest) => {
    const extracted = await extract(context, request.data);
    return { extracted, labelled: await label(context, request.data, extracted) };
  };
  const toSplit = async (request: StageRequest) => {
    const stages = await toLabel(request);
    return { ...stages, splitted: await split(context, request, stages) };
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
    refuseLowCoverage(manifest.coverage, manifest, minCoverage);
    return summaryOf(manifest);
  };

  return {
    extract: async ({ data }) => {
      await sweepTemporary(temporaryFolderOf(context), context.now());
      return pick(await extract(context, data));
    },
    label: async (request) => pick((await toLabel(request)).labelled),
    split: async (request) => pick((await toSplit(request)).splitted),
    encode: async (request) => {
      const known = await rememberedExtract(context, sourceOf(request.data));
      if (known !== null) {
        const early = versionId(splitId(labelId(known, request.data), request));
        const found = await findSummary(early, request.data.min_coverage);
        if (found !== null) {
          return found;
        }
      }
      const stages = await toSplit(request);
      const found = await findSummary(versionId(stages.splitted.id), request.data.min_coverage);
      return found ?? encode(context, request, stages);
    },
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
  };
};
