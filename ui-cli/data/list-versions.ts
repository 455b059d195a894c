/** `tt-exp data versions`: the dataset versions on this host. */
import type { VersionEntry } from '../../contracts/dataset-versions.ts';
import { EXIT } from '../../contracts/errors.ts';
import { formatCount } from '../text/formats.ts';
import { printJson, printLines } from '../text/output.ts';
import { type Column, formatTable } from '../text/table.ts';
import { formatBytes, formatTime } from './data-formats.ts';
import type { DataRuntime } from './data-runtime.ts';

const COLUMNS: readonly Column[] = [
  { title: 'version' },
  { title: 'created (UTC)' },
  { title: 'samples', align: 'right' },
  { title: 'users', align: 'right' },
  { title: 'items', align: 'right' },
  { title: 'train/validation/test', align: 'right' },
  { title: 'source' },
  { title: 'size', align: 'right' },
  { title: 'parent' },
];

const rowOf = (entry: VersionEntry): readonly string[] => {
  const size = formatBytes(entry.bytes);
  const created = formatTime(entry.created_at);
  if (entry.status === 'corrupt') {
    return [entry.version, created, 'damaged', '', '', '', '', size, ''];
  }
  const { samples, users, items, splits } = entry.summary;
  return [
    entry.version,
    created,
    ...[samples, users, items].map(formatCount),
    [splits.train, splits.validation, splits.test].map(formatCount).join(' / '),
    entry.source_kind ?? '–',
    size,
    entry.parent_version ?? '–',
  ];
};

const problemLines = (entries: readonly VersionEntry[]): readonly string[] =>
  entries.flatMap((entry) =>
    entry.status === 'corrupt'
      ? [`damaged: ${entry.version}: ${entry.problem}; remove its folder in data/versions, and a run builds it again`]
      : [],
  );

export const listDataVersions = async (runtime: DataRuntime, isJson: boolean): Promise<number> => {
  const entries = await (await runtime.dataVersions()).list();
  if (isJson) {
    printJson(runtime.io, { versions: entries });
  } else if (entries.length === 0) {
    printLines(runtime.io.stdout, ['no dataset versions yet: `tt-exp run <config>` builds one']);
  } else {
    printLines(runtime.io.stdout, [...formatTable(COLUMNS, entries.map(rowOf)), ...problemLines(entries)]);
  }
  return EXIT.done;
};
