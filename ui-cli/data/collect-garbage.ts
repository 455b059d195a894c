/** `tt-exp data gc`: frees the space of what nobody needs any more. */
import { countOf } from '../../contracts/count-of.ts';
import type { GarbageReport, GarbageRequest } from '../../contracts/dataset-versions.ts';
import { EXIT } from '../../contracts/errors.ts';
import { withProgress } from '../display/progress.ts';
import { printJson, printLines } from '../text/output.ts';
import { formatTable } from '../text/table.ts';
import { formatBytes } from './data-formats.ts';
import type { DataRuntime } from './data-runtime.ts';

const blessedLine = (digests: readonly string[]): string =>
  `kept all the same, as they were blessed and their runs have no copy: ${digests.map((digest) => `${digest.slice(0, 12)}…`).join(', ')}; --include-blessed removes them, and nothing serves those versions then until an experiment judges them again`;

const garbageLines = (report: GarbageReport): readonly string[] => {
  const { is_dry_run, removed, bytes, kept, kept_bundles, kept_blessed = [], busy } = report;
  return [
    ...(removed.length === 0
      ? []
      : formatTable(
          [{ title: is_dry_run ? 'would go' : 'removed' }, { title: 'name' }, { title: 'size', align: 'right' }],
          removed.map((one) => [one.kind, one.name, formatBytes(one.bytes)]),
        )),
    `${is_dry_run ? 'would free' : 'freed'} ${formatBytes(bytes)}; kept: ${[
      countOf(kept.length, 'dataset version'),
      ...(kept_bundles === undefined ? [] : [countOf(kept_bundles.length, 'bundle')]),
    ].join(', ')}`,
    ...(kept_blessed.length === 0 ? [] : [blessedLine(kept_blessed)]),
    ...(busy.length === 0 ? [] : ['a dataset is being built: no stage was removed, so run this again later']),
  ];
};

export const collectDataGarbage = async (
  runtime: DataRuntime,
  request: GarbageRequest,
  isJson: boolean,
): Promise<number> => {
  const report = await withProgress(runtime, { name: 'gc' }, async ({ begin }) => {
    begin('looking for what nobody needs');
    return (await runtime.dataVersions()).collectGarbage(request);
  });
  if (isJson) {
    printJson(runtime.io, report);
  } else {
    printLines(runtime.io.stdout, garbageLines(report));
  }
  return EXIT.done;
};
