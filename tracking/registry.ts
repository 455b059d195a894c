/** The model registry: one version per run, and the aliases that name champion, challenger and previous. */

import { TtExpError } from '../contracts/errors.ts';
import { isObject } from '../contracts/is-object.ts';
import type { ModelVersionRecord, RegisteredModelRecord } from '../contracts/registered-models.ts';
import { ForeignAnswer, type JsonObject } from './answers.ts';
import { cutText, TEXT_LIMIT } from './limited-text.ts';
import { quote } from './quote.ts';
import { type RestModel, type RestPair, toModel, toTexts } from './registered-model.ts';
import type { Rest } from './rest.ts';
import type { Serialiser } from './serialise.ts';

interface RestVersion {
  readonly name: string;
  readonly version: string;
  readonly run_id?: string;
  readonly description?: string;
  readonly aliases?: readonly (string | { readonly alias: string })[];
  readonly tags?: readonly RestPair[];
}

interface VersionAnswer {
  readonly model_version: RestVersion;
}

interface VersionsAnswer {
  readonly model_versions?: readonly RestVersion[];
  readonly next_page_token?: string;
}

const VERSIONS_PER_PAGE = 1000;

const MISSING = ['RESOURCE_DOES_NOT_EXIST', 'INVALID_PARAMETER_VALUE'];

const toRecord = (version: RestVersion): ModelVersionRecord => ({
  name: version.name,
  version: version.version,
  runId: version.run_id ?? '',
  aliases: (version.aliases ?? []).map((alias) => (typeof alias === 'string' ? alias : alias.alias)),
  tags: toTexts(version.tags),
});

/** A proxy may answer with JSON of its own, or with that of another request. */
const requireVersion =
  (asked: { readonly name: string; readonly version?: string }) =>
  ({ model_version: got }: Partial<VersionAnswer>): void => {
    if (!isObject(got)) {
      throw new ForeignAnswer('status 200 without model_version');
    }
    for (const key of ['name', 'version'] as const) {
      const value: unknown = got[key];
      const expected = asked[key] ?? value;
      if (typeof value !== 'string' || value === '') {
        throw new ForeignAnswer(`status 200 without model_version.${key}`);
      }
      if (value !== expected) {
        throw new ForeignAnswer(`status 200 with model_version.${key} "${value}" in place of "${expected}"`);
      }
    }
  };

export const createRegistry = (rest: Rest, serialise: Serialiser) => {
  /**
   * null when the model does not exist, or what was asked of it. MLflow with a login refuses (403) what is asked of an
   * unknown model to everybody but admins, as if permission was missing; only of the model itself it says that it is
   * not there.
   */
  const ask = async (
    endpoint: string,
    parameters: JsonObject & { readonly name: string },
    version?: string,
  ): Promise<VersionAnswer | null> => {
    try {
      const check = requireVersion({ name: parameters.name, ...(version !== undefined && { version }) });
      return await rest.callOr<VersionAnswer>(MISSING, 'GET', endpoint, parameters, check);
    } catch (error) {
      const isForbidden = error instanceof TtExpError && error.details.status === 403;
      if (
        isForbidden &&
        (await rest.callOr(MISSING, 'GET', 'registered-models/get', { name: parameters.name })) === null
      ) {
        return null;
      }
      throw error;
    }
  };

  const readVersion = async (name: string, version: string): Promise<RestVersion> => {
    const asked = { name, version };
    const answer = await rest.call<VersionAnswer>('GET', 'model-versions/get', asked, requireVersion(asked));
    return answer.model_version;
  };

  const getVersion = async (name: string, version: string): Promise<ModelVersionRecord> =>
    toRecord(await readVersion(name, version));

  const findByRun = async (name: string, runId: string): Promise<string | null> => {
    const answer = await rest.call<{ model_versions?: readonly RestVersion[] }>('GET', 'model-versions/search', {
      // No filter can hold every name.
      filter: `run_id=${quote(runId)}`,
      max_results: 100,
    });
    const versions = (answer.model_versions ?? [])
      .filter((one) => one.name === name)
      .map(({ version }) => Number(version));
    return versions.length === 0 ? null : String(Math.min(...versions));
  };

  return {
    getVersion,

    /** null when the model or the version does not exist. */
    findVersion: async (name: string, version: string): Promise<ModelVersionRecord | null> => {
      const answer = await ask('model-versions/get', { name, version }, version);
      return answer === null ? null : toRecord(answer.model_version);
    },

    /** Names of at most 100 registered models, for messages. */
    modelNames: async (): Promise<readonly string[]> => {
      const answer = await rest.call<{ registered_models?: readonly { readonly name: string }[] }>(
        'GET',
        'registered-models/search',
        { max_results: 100 },
      );
      return (answer.registered_models ?? []).map(({ name }) => name);
    },

    ensureModelVersion: (spec: {
      name: string;
      runId: string;
      modelId: string;
      tags: Readonly<Record<string, string>>;
      description?: string;
    }): Promise<ModelVersionRecord> =>
      serialise(`registered model ${spec.name}`, async () => {
        const { name, runId, modelId } = spec;
        await rest.callOr(['RESOURCE_ALREADY_EXISTS'], 'POST', 'registered-models/create', { name });
        if ((await findByRun(name, runId)) === null) {
          const version = {
            name,
            source: `models:/${modelId}`,
            model_id: modelId,
            run_id: runId,
            ...(spec.description === undefined ? {} : { description: cutText(spec.description, 'description') }),
            tags: Object.entries(spec.tags).map(([key, value]) => ({ key, value })),
          };
          const isThere = async (): Promise<boolean> => (await findByRun(name, runId)) !== null;
          await rest.create('model-versions/create', version, isThere);
        }
        const version = await findByRun(name, runId);
        if (version === null) {
          throw new TtExpError(
            'UPSTREAM_REJECTED',
            `MLflow model ${name}: no version of run ${runId} found after its creation`,
          );
        }
        return getVersion(name, version);
      }),

    /** What would not fit stays as it was: it is nobody's to cut. */
    editVersionDescription: (name: string, version: string, edit: (text: string) => string): Promise<void> =>
      serialise(`registered model ${name}`, async () => {
        const { description: text = '' } = await readVersion(name, version);
        const description = edit(text);
        if (description !== text && description.length <= TEXT_LIMIT.description) {
          await rest.call('PATCH', 'model-versions/update', { name, version, description });
        }
      }),

    /** null when the model or the alias does not exist. */
    findByAlias: async (name: string, alias: string): Promise<ModelVersionRecord | null> => {
      const answer = await ask('registered-models/alias', { name, alias });
      return answer === null ? null : getVersion(name, answer.model_version.version);
    },

    setAlias: (name: string, alias: string, version: string): Promise<void> =>
      serialise(`registered model ${name}`, async () => {
        await rest.call('POST', 'registered-models/alias', { name, alias, version });
      }),

    /** One that is not there is as good as deleted. */
    deleteAlias: (name: string, alias: string): Promise<void> =>
      serialise(`registered model ${name}`, async () => {
        await rest.callOr(['RESOURCE_DOES_NOT_EXIST'], 'DELETE', 'registered-models/alias', { name, alias });
      }),

    /** null when there is no such model. */
    findModel: async (name: string): Promise<RegisteredModelRecord | null> => {
      const answer = await rest.callOr<{ registered_model: RestModel }>(MISSING, 'GET', 'registered-models/get', {
        name,
      });
      return answer === null ? null : toModel(answer.registered_model);
    },

    versionsOf: async (name: string): Promise<readonly string[]> => {
      const versions: string[] = [];
      let token: string | undefined;
      do {
        const answer: VersionsAnswer = await rest.call('GET', 'model-versions/search', {
          filter: `name=${quote(name)}`,
          max_results: VERSIONS_PER_PAGE,
          ...(token === undefined ? {} : { page_token: token }),
        });
        versions.push(...(answer.model_versions ?? []).map(({ version }) => version));
        token = answer.next_page_token;
      } while (token !== undefined && token !== '');
      return versions;
    },

    /** Older servers take no longer text than that of a description. */
    setVersionTags: async (name: string, version: string, tags: Readonly<Record<string, string>>): Promise<void> => {
      for (const [key, text] of Object.entries(tags)) {
        const value = cutText(text, 'description');
        await rest.call('POST', 'model-versions/set-tag', { name, version, key, value });
      }
    },

    setModelTags: async (name: string, tags: Readonly<Record<string, string>>): Promise<void> => {
      for (const [key, value] of Object.entries(tags)) {
        await rest.call('POST', 'registered-models/set-tag', { name, key, value });
      }
    },
  };
};
