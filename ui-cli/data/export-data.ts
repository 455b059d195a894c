/** `tt-exp data export`: samples of a dataset version as a file. */
import { mkdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import type { ExportRequest } from '../../contracts/dataset-versions.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import { createStops, STARTS_ANEW } from '../command-line/stops.ts';
import { withProgress } from '../display/progress.ts';
import { formatCount } from '../text/formats.ts';
import { printJson, printLines } from '../text/output.ts';
import { formatBytes } from './data-formats.ts';
import type { DataRuntime } from './data-runtime.ts';

type Format = ExportRequest['format'];

export interface ExportFlags {
  readonly split: ExportRequest['split'];
  readonly format?: Format;
  readonly to: string;
  readonly features?: boolean;
}

const formatOf = (file: string): Format | null => {
  const ending = extname(file).toLowerCase();
  return ending === '.csv' ? 'csv' : ending === '.parquet' ? 'parquet' : null;
};

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (details) => details.isDirectory(),
    () => false,
  );

/** The file and its format. A path without the ending of a format is a folder, which is made. */
const targetOf = async (
  version: string,
  { split, format, to }: ExportFlags,
): Promise<{ readonly file: string; readonly format: Format }> => {
  const path = resolve(to);
  const byName = (await isFolder(path)) ? null : formatOf(path);
  if (byName === null) {
    const chosen = format ?? 'parquet';
    await mkdir(path, { recursive: true }).catch((error: unknown) => {
      throw new TtExpError('USAGE', `--to: got ${to}, expected a folder that can be created, or a file`, {
        hint: 'Name a file that ends in .csv or .parquet, or a folder.',
        cause: error,
      });
    });
    return { file: join(path, `${version}-${split}.${chosen}`), format: chosen };
  }
  if (format !== undefined && format !== byName) {
    throw new TtExpError('USAGE', `--format: got ${format} beside --to ${to}, expected ${byName}`, {
      hint: 'Remove --format, or give the file the extension of its format.',
    });
  }
  return { file: path, format: byName };
};

export const exportData = async (
  runtime: DataRuntime,
  version: string,
  flags: ExportFlags,
  isJson: boolean,
): Promise<number> => {
  const versions = await runtime.dataVersions();
  // The file is named by the whole id, and nothing is made for a version that does not exist.
  const { manifest } = await versions.describe({ version, isVerified: false });
  const target = await targetOf(manifest.version, flags);
  const stops = createStops(runtime, { hint: STARTS_ANEW });
  try {
    const result = await withProgress(runtime, { name: 'export' }, ({ begin }) => {
      begin(`writing ${target.file}`);
      const exporting = versions.exportSamples({
        ...target,
        version: manifest.version,
        split: flags.split,
        hasFeatures: flags.features === true,
        signal: stops.signal,
      });
      return Promise.race([exporting, stops.forced]);
    });
    if (isJson) {
      printJson(runtime.io, result);
    } else {
      printLines(runtime.io.stdout, [
        `${result.file}: ${formatCount(result.samples)} samples of ${result.version} (${flags.split}), ${formatBytes(result.bytes)}`,
      ]);
    }
    return EXIT.done;
  } finally {
    stops.dispose();
  }
};
