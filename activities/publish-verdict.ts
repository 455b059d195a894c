/** What people read of a verdict in MLflow: its page on the runs, linked from the model version. */
import { canonicalJson } from '../contracts/canonical-json.ts';
import { type DecidedVerdict, isChampionAlready } from '../contracts/gate.ts';
import type { VerdictFacts } from '../contracts/gate-details.ts';
import { ARTIFACT, TAG } from '../contracts/names.ts';
import type { RunRecord } from '../contracts/runs.ts';
import type { EvaluateResult } from '../contracts/trainer.ts';
import { tryEach } from '../contracts/try-each.ts';
import { digestText } from '../host/files/file-digest.ts';
import { isGone } from './is-gone.ts';
import type { ReportPort, TrackingPort } from './ports.ts';

export interface PublishVerdictDeps {
  readonly tracking: TrackingPort;
  readonly reports: ReportPort;
}

export interface PublishedVerdict {
  readonly parentRunId: string;
  /** Of the candidate. */
  readonly runId: string;
  readonly modelName: string;
  readonly verdict: DecidedVerdict;
}

/** A run is evaluated again by the next experiment that chooses it, beside another champion: those are other users' figures. */
const detailsOf = async (
  { tracking }: PublishVerdictDeps,
  { runId, verdict: { ci } }: PublishedVerdict,
): Promise<VerdictFacts['details']> => {
  const text = ci === null ? null : await tracking.getArtifactText(runId, ARTIFACT.testMetrics);
  const evaluated = text === null ? {} : (JSON.parse(text) as Partial<EvaluateResult>);
  return canonicalJson(evaluated.ci ?? null) === canonicalJson(ci) ? (evaluated.details ?? null) : null;
};

/** A version that was deleted meanwhile has no use for a description. */
const describe = async (
  tracking: TrackingPort,
  ...[name, version, edit]: Parameters<TrackingPort['editVersionDescription']>
): Promise<void> => {
  try {
    await tracking.editVersionDescription(name, version, edit);
  } catch (error) {
    if (!isGone(error)) {
      throw error;
    }
  }
};

/** Written again, everything replaces itself. The run of a champion, and its version, keep the verdict that made it so. */
export const publishVerdict = async (deps: PublishVerdictDeps, published: PublishedVerdict): Promise<void> => {
  const { tracking, reports } = deps;
  const { parentRunId, runId, modelName, verdict } = published;
  const [parent, candidate] = await Promise.all([tracking.getRun(parentRunId), tracking.getRun(runId)]);
  const page = reports.verdictPage({
    modelName,
    experimentId: parent.tags[TAG.experimentId] ?? parentRunId,
    datasetVersion: candidate.tags[TAG.datasetVersion] ?? '–',
    verdict,
    details: await detailsOf(deps, published),
  });
  const text = `${JSON.stringify(verdict, null, 2)}\n`;
  const put = async (run: RunRecord): Promise<void> => {
    await tracking.putArtifactText(run.runId, ARTIFACT.gate, text);
    await tracking.putArtifactText(run.runId, ARTIFACT.gatePage, page);
  };
  const link = (text: string): string => reports.linkVerdict(text, verdict, candidate);
  await tryEach(
    () => put(parent),
    async () => {
      if (!isChampionAlready(verdict)) {
        await put(candidate);
        await tracking.setTags(runId, { [TAG.gateDigest]: digestText(text) });
        await describe(tracking, modelName, verdict.candidate.version, link);
      }
    },
  );
};
