/** Runs the tripwires before a training; the first one that fires is the error. */
import { readFile } from 'node:fs/promises';
import { TtExpError } from '../../contracts/errors.ts';
import type { PreflightReport, TripwireRecord } from '../../contracts/preflight.ts';
import { writeDurably } from '../../host/files/durable-file.ts';
import { heldOutPairs } from './held-out-pairs.ts';
import { leakFeature } from './leak-feature.ts';
import { ownOrder } from './own-order.ts';
import { shuffledLabels } from './shuffled-labels.ts';
import { encoderFit, futureEvent } from './training-scope.ts';
import type { PreflightInput, Tripwire, Verdict } from './tripwire.ts';

/** Raised whenever a tripwire would decide otherwise than before. */
export const PREFLIGHT_FORMAT = 1;

export const TRIPWIRES: readonly Tripwire[] = [
  heldOutPairs,
  futureEvent,
  encoderFit,
  ownOrder,
  leakFeature,
  shuffledLabels,
];

const fired = (version: string, { name }: Tripwire, { got, expected, hint }: Verdict): TtExpError =>
  new TtExpError('PREFLIGHT_FAILED', `preflight ${name}, dataset ${version}: got ${got}, expected ${expected}`, {
    hint,
    details: { tripwire: name, got, expected, datasetVersion: version },
  });

/** Throws PREFLIGHT_FAILED, and what a training throws. Leaves no tensor and no file. */
export const runTripwires = async (
  input: PreflightInput,
  tripwires: readonly Tripwire[] = TRIPWIRES,
): Promise<PreflightReport> => {
  const { version } = input.dataset.summary;
  const records: TripwireRecord[] = [];
  const startMs = input.nowMs();
  for (const tripwire of tripwires) {
    input.signal.throwIfAborted();
    input.onAlive?.();
    const beginMs = input.nowMs();
    const verdict = await tripwire.check(input);
    if (!verdict.isPassed) {
      throw fired(version, tripwire, verdict);
    }
    const { got, expected } = verdict;
    records.push({ name: tripwire.name, got, expected, seconds: (input.nowMs() - beginMs) / 1000 });
  }
  return {
    format: PREFLIGHT_FORMAT,
    datasetVersion: version,
    relevanceThreshold: input.settings.relevanceThreshold,
    tripwires: records,
    seconds: (input.nowMs() - startMs) / 1000,
    isKept: false,
  };
};

/** The report of this dataset version that is kept in `file`; null for none. */
export const readKeptReport = async (
  file: string,
  datasetVersion: string,
  threshold: number,
): Promise<PreflightReport | null> => {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) {
    return null;
  }
  try {
    const kept = JSON.parse(text) as Partial<PreflightReport>;
    const isSame =
      kept.format === PREFLIGHT_FORMAT &&
      kept.datasetVersion === datasetVersion &&
      kept.relevanceThreshold === threshold &&
      Array.isArray(kept.tripwires);
    return isSame ? { ...(kept as PreflightReport), isKept: true } : null;
  } catch {
    // Not JSON, so not ours: the tripwires run, and their report takes its place.
    return null;
  }
};

export interface PreflightOptions extends Omit<PreflightInput, 'scope'> {
  /** Where the report of this dataset version is kept: the trials of a sweep run the tripwires once. */
  readonly reportFile: string;
  /** Read only where the tripwires run. */
  readonly readScope: () => Promise<PreflightInput['scope']>;
}

/** The kept report of this dataset version, or a new one. Throws PREFLIGHT_FAILED; a failure is not kept. */
export const preflight = async ({ reportFile, readScope, ...input }: PreflightOptions): Promise<PreflightReport> => {
  const kept = await readKeptReport(reportFile, input.dataset.summary.version, input.settings.relevanceThreshold);
  if (kept !== null) {
    return kept;
  }
  const report = await runTripwires({ ...input, scope: await readScope() });
  await writeDurably(reportFile, [`${JSON.stringify(report, null, 2)}\n`]);
  return report;
};
