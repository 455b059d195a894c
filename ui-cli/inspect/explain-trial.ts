/** `tt-exp why`: what is recorded of one trial, in sentences. */

import type { FactsReader } from '../../client/facts-reader.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { ExperimentSnapshot } from '../../contracts/experiment.ts';
import type { TrialExplanation } from '../../contracts/explanation.ts';
import { splitTrialReference } from '../../contracts/ids.ts';
import { TAG } from '../../contracts/names.ts';
import type { TrialView } from '../../contracts/trial.ts';
import { trialOf } from '../platform/find-trial.ts';
import { assertTrialId } from '../steer/steer-sweep.ts';
import { formatParams } from '../text/formats.ts';
import { printJson, printLines, toSnakeCase } from '../text/output.ts';
import { section } from '../text/section.ts';
import { trialStatusText } from '../text/trial-status.ts';
import type { InspectRuntime } from './inspect-runtime.ts';
import { withFacts } from './with-facts.ts';

/** The earlier trial whose result was taken. */
interface Reused {
  readonly runId: string;
  readonly experimentId: string | null;
  readonly trialId: string | null;
  /** Of dataset version, settings and training code. */
  readonly trialDigest: string | null;
}

const findReused = async (facts: FactsReader, { isReused, runId }: TrialView): Promise<Reused | null> => {
  if (!isReused || runId === null) {
    return null;
  }
  const tags = await facts.runTags(runId);
  const tag = (name: string): string | null => tags[name] ?? null;
  return {
    runId,
    experimentId: tag(TAG.experimentId),
    trialId: tag(TAG.trialId),
    trialDigest: tag(TAG.trialDigest),
  };
};

const reusedLine = ({ runId, experimentId, trialId, trialDigest }: Reused): string =>
  `Its result is that of ${trialId ?? 'a trial'} of ${experimentId ?? 'an earlier experiment'} (run ${runId}): ` +
  `dataset version, settings and training code have the same digest ${trialDigest?.slice(0, 12) ?? '(not kept)'}.`;

const explanationLines = (
  snapshot: ExperimentSnapshot,
  explanation: TrialExplanation,
  reused: Reused | null,
): readonly string[] => {
  const { trialId, status, params, proposal, rungs, end, standing, differences } = explanation;
  return [
    `${trialId} of ${snapshot.experimentId}: ${trialStatusText(status, snapshot)} (${formatParams(params)})`,
    ...section('Why it ran', [proposal.sentence, ...(reused === null ? [] : [reusedLine(reused)])]),
    ...section(
      'At its rungs',
      rungs.map(({ sentence }) => sentence),
    ),
    ...section('How it ended', [end]),
    ...section('Where it stands', standing === null ? [] : [standing.sentence]),
    ...section('Disagreements with the recorded facts', differences),
  ];
};

/** Throws USAGE for a replicate: nothing was decided about it. */
const assertDecidedAbout = (id: string, trialId: string): void => {
  const of = trialId.replace(/-replicate-\d+$/, '');
  if (of !== trialId) {
    throw new TtExpError(
      'USAGE',
      `tt-exp why: ${trialId} is a replicate: the gate trained the settings of ${of} with another seed, and nothing was decided about it`,
      { hint: `\`tt-exp why ${id} ${of}\` explains the trial; \`tt-exp show ${id}\` lists its replicates.` },
    );
  }
};

/** `<id>/<trial>` in one word, or in two. Throws USAGE. */
const splitTrial = (text: string, given: string | undefined): { readonly id: string; readonly trialId: string } => {
  const { experiment, trialId: inside } = splitTrialReference(text);
  const trialId = given ?? inside;
  if (trialId === null) {
    throw new TtExpError('USAGE', 'tt-exp why: the id of a trial is missing', {
      hint: `For example: tt-exp why ${text} trial-003. \`tt-exp show ${text}\` lists the trials.`,
    });
  }
  assertTrialId(trialId);
  assertDecidedAbout(given === undefined ? experiment : text, trialId);
  return { id: given === undefined ? experiment : text, trialId };
};

export const explainTrial = (
  runtime: InspectRuntime,
  text: string,
  { trial, isJson }: { readonly trial: string | undefined; readonly isJson: boolean },
): Promise<number> => {
  const { id: given, trialId } = splitTrial(text, trial);
  return withFacts(runtime, given, async ({ id, facts, analysis, platform, curves }) => {
    const { trials } = facts.snapshot;
    const view = trialOf(id, trials, trialId);
    const explanation = analysis.explain(facts, view, await curves());
    const reused = await findReused(platform.facts, view);
    if (isJson) {
      const { params, ...rest } = explanation;
      printJson(runtime.io, {
        experiment_id: id,
        ...(toSnakeCase(rest) as object),
        params,
        reused: toSnakeCase(reused),
      });
    } else {
      printLines(runtime.io.stdout, explanationLines(facts.snapshot, explanation, reused));
    }
    return EXIT.done;
  });
};
