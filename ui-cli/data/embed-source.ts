/** `tt-exp data embed`: text embeddings ahead of a run. */

import type { EmbeddingReport } from '../../contracts/data-report.ts';
import { EXIT } from '../../contracts/errors.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { createStops, RESUMES } from '../command-line/stops.ts';
import { openProgress } from '../display/progress.ts';
import { formatCount, formatPercent } from '../text/formats.ts';
import { printJson, printLines } from '../text/output.ts';
import type { DataRuntime } from './data-runtime.ts';
import { loadSourceRequest } from './source-request.ts';

export interface EmbedOptions {
  readonly set: readonly string[];
  readonly isJson: boolean;
}

const sidesOf = ({ users, items }: EmbeddingReport) =>
  [
    { name: 'users', side: users },
    { name: 'items', side: items },
  ].flatMap(({ name, side }) => (side === null ? [] : [{ name, ...side }]));

const shareOf = ({ total, covered }: { readonly total: number; readonly covered: number }): number =>
  total === 0 ? 0 : covered / total;

const encoderLine = (report: EmbeddingReport): string => {
  const { encoder, computed, cached } = report;
  if (encoder === null) {
    return sidesOf(report).length === 0
      ? 'the source has no texts and no embeddings: there is nothing to embed'
      : 'the source has its own embeddings: there is nothing to embed';
  }
  if (computed + cached === 0) {
    return `embedded by ${encoder}: nothing new to embed`;
  }
  return `embedded by ${encoder}: ${formatCount(computed)} texts, ${formatCount(cached)} more from the cache`;
};

const coverageLines = (report: EmbeddingReport): readonly string[] =>
  sidesOf(report).map(
    ({ name, total, covered }) =>
      `${name}: ${formatCount(covered)} of ${formatCount(total)} have an embedding (${formatPercent(shareOf({ total, covered }))})`,
  );

/** What a run would say. */
const lowCoverageLines = (report: EmbeddingReport, { min_coverage }: ResolvedData): readonly string[] =>
  sidesOf(report).some((side) => shareOf(side) < min_coverage)
    ? [
        `warning: below data.min_coverage ${min_coverage}: a run would end with "Missing embeddings"`,
        'hint: Fill in the missing texts or vectors at the source, or lower data.min_coverage.',
      ]
    : [];

export const embedDataSource = async (runtime: DataRuntime, file: string, options: EmbedOptions): Promise<number> => {
  const { io } = runtime;
  const progress = openProgress(runtime, { name: 'embed' });
  const stops = createStops(runtime, { hint: RESUMES });
  try {
    const { config, request } = await loadSourceRequest(file, options.set, progress);
    progress.begin('reading the source');
    const embedding = runtime.embedData({ ...request, signal: stops.signal });
    const report = await Promise.race([embedding, stops.forced]);
    progress.close();
    if (options.isJson) {
      printJson(io, report);
    } else {
      printLines(io.stdout, [encoderLine(report), ...coverageLines(report)]);
    }
    printLines(io.stderr, lowCoverageLines(report, config.data));
    return EXIT.done;
  } finally {
    progress.close();
    stops.dispose();
  }
};
