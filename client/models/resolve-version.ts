/** From what somebody typed to one version of a registered model. */
import { TtExpError } from '../../contracts/errors.ts';
import { isRunId, parseExperimentId, splitTrialReference } from '../../contracts/ids.ts';
import { ALIAS } from '../../contracts/names.ts';
import { nearestHint, nearestOf } from '../../policy/nearest.ts';
import { findRecordedRun } from '../../registry/find-run.ts';
import { findModelAt, type ModelAt } from './model-at.ts';
import type { CatalogueReader } from './ports.ts';

/** A version, and the model that it is one of. */
export interface ResolvedVersion {
  readonly model: ModelAt;
  readonly version: ModelAt['versions'][number];
}

/** `name@alias`, `name/version`, `name`: names may hold whatever MLflow lets them. */
const parseNamed = (
  text: string,
): { readonly name: string; readonly alias: string; readonly version: string | null } => {
  const [, name, alias, version] = /^(.+?)(?:@([^/@]+)|\/(\d+))?$/s.exec(text) ?? [];
  return { name: name ?? text, alias: alias ?? ALIAS.champion, version: version ?? null };
};

const notFound = (what: string, hint: string): TtExpError => new TtExpError('MODEL_NOT_FOUND', what, { hint });

const versionHint = ({ name, versions }: ModelAt, wanted: string): string => {
  const [newest] = versions;
  return newest === undefined
    ? 'It has no version.'
    : nearestHint(
        `${name}/${wanted}`,
        versions.map(({ record }) => `${name}/${record.version}`),
        `It has ${versions.length === 1 ? 'version' : 'versions up to'} ${newest.record.version}: \`tt-exp models ${name}\`.`,
      );
};

const aliasHint = ({ name, versions, dangling }: ModelAt, alias: string): string => {
  const lost = dangling.find((one) => one.alias === alias);
  if (lost !== undefined) {
    return `It names version ${lost.version}, which was deleted in MLflow: promote another, \`tt-exp models promote ${name}/<version> --reason …\`.`;
  }
  const known = [...new Set(versions.flatMap(({ aliases }) => aliases))];
  const nearest = nearestOf(alias, known);
  return nearest === null
    ? `Known: ${known.length === 0 ? 'none' : known.join(', ')}. Name a version, such as ${name}/1.`
    : `Did you mean ${name}@${nearest}?`;
};

/** Throws MODEL_NOT_FOUND. */
const pick = (model: ModelAt, { alias, version }: Omit<ReturnType<typeof parseNamed>, 'name'>): ResolvedVersion => {
  const { name, versions, aliases, asOfMs } = model;
  const [has, time] = asOfMs === null ? ['has', ''] : ['had', ` at ${new Date(asOfMs).toISOString()}`];
  const found = versions.find((one) =>
    version === null ? one.aliases.includes(alias) : one.record.version === version,
  );
  if (found !== undefined) {
    return { model, version: found };
  }
  if (version !== null) {
    throw notFound(`model ${name}: there is no version ${version}${time}`, versionHint(model, version));
  }
  const served = Object.entries(aliases).find(([known]) => known === alias)?.[1] ?? null;
  throw served === null
    ? notFound(`model ${name}: no version ${has} the alias ${alias}${time}`, aliasHint(model, alias))
    : notFound(
        `model ${name}: version ${served} was ${alias}${time}, and has been deleted since`,
        `\`tt-exp models history ${name}\` shows what is recorded of it.`,
      );
};

/** Runs that registered versions come from. */
const registeredRuns = async (tracking: CatalogueReader): Promise<readonly string[]> => {
  const runIds: string[] = [];
  for (const { name } of await tracking.registeredModels()) {
    runIds.push(...(await tracking.versionRecords(name)).flatMap(({ runId }) => (runId === null ? [] : [runId])));
  }
  return runIds;
};

/** The one registered version of a run. Throws MODEL_NOT_FOUND, RUN_NOT_FOUND and USAGE. */
const namedByRun = async (tracking: CatalogueReader, text: string) => {
  const runId = isRunId(text) ? text : (await findRecordedRun(tracking, text)).runId;
  const versions = await tracking.versionsOfRun(runId);
  const [only] = versions;
  if (only === undefined) {
    const lists = 'Only the best trial of an experiment is registered: `tt-exp models` lists what is.';
    throw notFound(
      `run ${runId}: no registered version comes from it`,
      isRunId(text) ? nearestHint(runId, await registeredRuns(tracking), lists) : lists,
    );
  }
  if (versions.length > 1) {
    throw new TtExpError('USAGE', `run ${runId}: ${versions.length} registered versions come from it`, {
      hint: `One of: ${versions.map(({ name, version }) => `${name}/${version}`).join(', ')}.`,
    });
  }
  return { name: only.name, alias: ALIAS.champion, version: only.version };
};

const isTrial = (text: string): boolean => {
  const { experiment, trialId } = splitTrialReference(text);
  return trialId !== null && parseExperimentId(experiment) !== null;
};

/**
 * @param text `name`, which is its champion, `name@alias`, `name/version`, a run's id, or `<experiment id>/<trial id>`
 * Throws MODEL_NOT_FOUND; for a run or trial also RUN_NOT_FOUND and USAGE.
 */
export const resolveVersion = async (
  tracking: CatalogueReader,
  text: string,
  asOfMs: number | null = null,
): Promise<ResolvedVersion> => {
  const named = isRunId(text) || isTrial(text) ? await namedByRun(tracking, text) : parseNamed(text);
  return pick(await findModelAt(tracking, named.name, asOfMs), named);
};
