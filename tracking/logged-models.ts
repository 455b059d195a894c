/** MLflow's LoggedModel of a run: what fills the Models tab, the runs table's model column and the version links. */

import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { TAG } from '../contracts/names.ts';
import type { LoggedModelSpec } from '../contracts/registered-models.ts';
import type { Artifacts } from './artifacts.ts';
import type { Rest } from './rest.ts';
import type { Serialiser } from './serialise.ts';

interface RestModel {
  readonly info: {
    readonly model_id: string;
    readonly artifact_uri: string;
    readonly status: string;
    readonly creation_timestamp_ms: string | number;
  };
}

interface RunAnswer {
  readonly run: { readonly outputs?: { readonly model_outputs?: readonly { readonly model_id: string }[] } };
}

/** Registered models may have them in their names, logged ones may not. */
const REFUSED_IN_NAMES = /[/:.%"']/g;

const READY = 'LOGGED_MODEL_READY';

/** A flavor of our own; other tools read signature and names, and leave the loading to us. */
const mlmodel = (
  spec: LoggedModelSpec,
  { model_id: id, artifact_uri: uri, creation_timestamp_ms: ms }: RestModel['info'],
) => {
  const column = (name: string, dim: number) =>
    `{"name": "${name}", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, ${dim}]}}`;
  const { userDim, itemDim } = spec.signature;
  return `${[
    `artifact_path: ${uri}`,
    'flavors:',
    '  tensorflowjs_two_tower:',
    '    data: .',
    '    format: layers-model',
    `model_id: ${id}`,
    `model_uuid: ${id.replace(/^m-/, '')}`,
    `run_id: ${spec.runId}`,
    'signature:',
    `  inputs: '[${column('user_features', userDim)}, ${column('item_features', itemDim)}]'`,
    `  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1]}}]'`,
    '  params: null',
    `utc_time_created: '${new Date(Number(ms)).toISOString().replace('T', ' ').replace('Z', '')}'`,
  ].join('\n')}\n`;
};

export const createLoggedModels = (rest: Rest, artifacts: Artifacts, serialise: Serialiser) => {
  const find = async ({ experimentId, runId }: LoggedModelSpec): Promise<RestModel | null> => {
    const answer = await rest.call<{ models?: readonly RestModel[] }>('POST', 'logged-models/search', {
      experiment_ids: [experimentId],
      filter: `tags.\`${TAG.runKey}\` = '${runId}'`,
    });
    return answer.models?.[0] ?? null;
  };

  const create = async (spec: LoggedModelSpec): Promise<RestModel> => {
    const list = (values: Readonly<Record<string, string>>) =>
      Object.entries(values).map(([key, value]) => ({ key, value }));
    const model = {
      experiment_id: spec.experimentId,
      name: spec.name.replace(REFUSED_IN_NAMES, '-'),
      model_type: 'two-tower',
      source_run_id: spec.runId,
      params: list(spec.params),
      tags: list({ ...spec.tags, [TAG.runKey]: spec.runId }),
    };
    await rest.create('logged-models', model, async () => (await find(spec)) !== null);
    const created = await find(spec);
    if (created === null) {
      throw new TtExpError('UPSTREAM_REJECTED', `MLflow model of run ${spec.runId}: not found after its creation`);
    }
    return created;
  };

  const upload = async (spec: LoggedModelSpec, { info }: RestModel): Promise<void> => {
    for (const entry of await readdir(spec.folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) {
        const file = join(entry.parentPath, entry.name);
        await artifacts.putFileAt(info.artifact_uri, relative(spec.folder, file).split(sep).join('/'), file);
      }
    }
    await artifacts.putTextAt(info.artifact_uri, 'MLmodel', mlmodel(spec, info));
  };

  /** The server refuses a second link to the same model. */
  const linkToRun = async ({ runId, step }: LoggedModelSpec, modelId: string): Promise<void> => {
    const isLinked = async (): Promise<boolean> => {
      const { run } = await rest.call<RunAnswer>('GET', 'runs/get', { run_id: runId });
      return run.outputs?.model_outputs?.some((output) => output.model_id === modelId) === true;
    };
    if (!(await isLinked())) {
      await rest.create('runs/outputs', { run_id: runId, models: [{ model_id: modelId, step }] }, isLinked);
    }
  };

  return {
    /** Writes a file of a model to `file`. False where there is none, or no such model. */
    getModelFile: async (modelId: string, path: string, file: string): Promise<boolean> => {
      const answer = await rest.callOr<{ readonly model: RestModel }>(
        ['RESOURCE_DOES_NOT_EXIST'],
        'GET',
        `logged-models/${encodeURIComponent(modelId)}`,
        {},
      );
      return answer !== null && artifacts.getFileAt(answer.model.info.artifact_uri, path, file);
    },

    /** Found again by the run that it came from; uploads and marks READY what a crash left unfinished. */
    ensureLoggedModel: (spec: LoggedModelSpec): Promise<{ readonly modelId: string }> =>
      serialise(`logged model ${spec.runId}`, async () => {
        const model = (await find(spec)) ?? (await create(spec));
        const modelId = model.info.model_id;
        if (model.info.status !== READY) {
          await upload(spec, model);
          await rest.call('PATCH', `logged-models/${modelId}`, { model_id: modelId, status: READY });
        }
        await linkToRun(spec, modelId);
        return { modelId };
      }),
  };
};
