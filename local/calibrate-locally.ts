/** `tt-exp gate calibrate`: what the configured gate does with differences such as those of two real models. */
import { TtExpError } from '../contracts/errors.ts';
import type { CalibrationAnswer, CalibrationQuestion } from '../contracts/local-gate.ts';
import { ALIAS } from '../contracts/names.ts';
import { createWorkspace } from '../host/workspace.ts';
import { type FoundModel, findModel } from '../registry/find-model.ts';
import { opponentOf } from './find-champion.ts';
import { findGateSettings } from './gate-settings.ts';
import type { LocalContext } from './local-context.ts';
import { openLocalData } from './local-data.ts';
import { findTracking } from './local-tracking.ts';
import type { LocalTracking } from './ports.ts';

const needsOther = (what: string): TtExpError =>
  new TtExpError('USAGE', `gate calibrate: ${what}, expected two models whose users differ`, {
    hint: 'Name a second model with --against: any that was trained on the same data.',
  });

const otherOf = async (
  { version }: FoundModel,
  { against, model }: CalibrationQuestion,
  tracking: LocalTracking | null,
): Promise<string> => {
  if (against !== null) {
    return against;
  }
  if (version === null) {
    throw needsOther(`${model} is not named as a version of a registered model, and nothing else is named`);
  }
  if ((await tracking?.findByAlias(version.name, ALIAS.previous)) == null) {
    throw needsOther(`${version.name} has no previous champion`);
  }
  return `${version.name}@${ALIAS.previous}`;
};

const calibrate = async (
  context: LocalContext,
  question: CalibrationQuestion,
  tracking: LocalTracking | null,
): Promise<CalibrationAnswer> => {
  const finder = { tracking, workspace: createWorkspace(context.homeFolder) };
  const model = await findModel(finder, question.model);
  const otherRef = await otherOf(model, question, tracking);
  const other = await findModel(finder, otherRef);
  const [side, otherSide] = [opponentOf(question.model, model), opponentOf(otherRef, other)];
  if (side.runId === otherSide.runId) {
    throw needsOther(`${side.name} and ${otherSide.name} are the same model`);
  }
  const { dataset_version: trainedOn, settings } = model.facts;
  const dataset = await openLocalData(context, { kind: 'version', version: question.data ?? trainedOn }, tracking);
  const asked = await findGateSettings(tracking, model, question);
  const { gate } = asked;
  const relevanceThreshold = asked.relevanceThreshold ?? settings.relevanceThreshold;
  const seed = asked.seed ?? settings.seed;
  const compute = await context.ports.openCompute(question.device, null);
  const calibration = await compute.calibrateGate(
    {
      kind: 'calibrate_gate',
      datasetFolder: dataset.folder,
      candidate: { ref: side.name, model: model.source },
      champion: { ref: otherSide.name, model: other.source },
      ...{ relevanceThreshold, seed, gate },
    },
    context.signal,
    context.count,
  );
  const answered = { gate, relevanceThreshold, seed, origin: asked.origin };
  return { model: side.name, against: otherSide.name, dataset: dataset.summary, settings: answered, calibration };
};

/** Starts no server, and writes nothing. Throws what `askGateLocally` throws, and NO_DATA_LOADED. */
export const calibrateLocally = async (
  context: LocalContext,
  question: CalibrationQuestion,
): Promise<CalibrationAnswer> => {
  const tracking = await findTracking(context);
  try {
    return await calibrate(context, question, tracking);
  } finally {
    await tracking?.close();
  }
};
