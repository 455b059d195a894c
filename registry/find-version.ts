/** From a name with an alias or a number to the version in the registry. */
import type { TtExpError } from '../contracts/errors.ts';
import { ALIAS } from '../contracts/names.ts';
import type { ModelVersionRecord } from '../contracts/registered-models.ts';
import { nearestHint } from '../policy/nearest.ts';
import type { VersionReference } from './model-reference.ts';
import { notLoading } from './not-loading.ts';
import type { VersionReader } from './ports.ts';

const unknownModel = (text: string, name: string, names: readonly string[]): TtExpError =>
  notLoading(
    `"${text}": neither a folder nor a model in the registry has this name`,
    names.length === 0
      ? 'The registry is empty: `tt-exp run <config>` registers models. Check the path of the folder.'
      : nearestHint(name, names, 'Give name, name@alias or name/version; name alone means name@champion.'),
  );

/** @param text as a person wrote it, for messages. Throws MODEL_NOT_LOADING where there is no such version. */
export const findVersion = async (
  registry: VersionReader,
  text: string,
  { name, alias, version }: VersionReference,
): Promise<ModelVersionRecord> => {
  const found =
    version === null
      ? await registry.findByAlias(name, alias ?? ALIAS.champion)
      : await registry.findVersion(name, version);
  if (found !== null) {
    return found;
  }
  const names = await registry.modelNames();
  if (!names.includes(name)) {
    throw unknownModel(text, name, names);
  }
  throw notLoading(
    version === null
      ? `registered model ${name}: no version has the alias ${alias ?? ALIAS.champion}`
      : `registered model ${name}: there is no version ${version}`,
    `Give an alias, such as ${name}@champion, or a version, such as ${name}/1; MLflow's Models tab lists them.`,
  );
};
