/** Reads an MLflow server's state over REST, independently of the product's own client. */

export interface MlflowRun {
  readonly info: { readonly run_id: string; readonly status: string };
  readonly data: {
    readonly tags?: readonly { readonly key: string; readonly value: string }[];
    readonly metrics?: readonly { readonly key: string; readonly value: number }[];
    readonly params?: readonly { readonly key: string; readonly value: string }[];
  };
}

export interface MetricPoint {
  readonly step: number;
  readonly timestamp: number;
  readonly value: number;
}

interface RestVersion {
  readonly version: string;
  readonly run_id: string;
  readonly description?: string;
}

export const createMlflowReader = (uri: string) => {
  const call = async <Answer>(path: string, body?: object, method = 'POST'): Promise<Answer> => {
    const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
      method: body === undefined ? 'GET' : method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`${path}: got status ${response.status}: ${await response.text()}`);
    }
    return (await response.json()) as Answer;
  };

  const experimentId = async (name: string): Promise<string> => {
    const path = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
    return (await call<{ experiment: { experiment_id: string } }>(path)).experiment.experiment_id;
  };

  const artifact = async (runId: string, path: string): Promise<Response> => {
    const { run } = await call<{ run: { info: { artifact_uri: string } } }>(`runs/get?run_id=${runId}`);
    const folder = run.info.artifact_uri.replace(/^mlflow-artifacts:\/*/, '');
    return fetch(`${uri}/api/2.0/mlflow-artifacts/artifacts/${folder}/${path}`);
  };

  /** Of the copy that a version's `models:/<id>` names. */
  const changeModelFile = async (modelId: string, path: string, request: RequestInit): Promise<void> => {
    const { model } = await call<{ model: { info: { artifact_uri: string } } }>(`logged-models/${modelId}`);
    const folder = model.info.artifact_uri.replace(/^mlflow-artifacts:\/*/, '');
    const response = await fetch(`${uri}/api/2.0/mlflow-artifacts/artifacts/${folder}/${path}`, request);
    if (!response.ok) {
      throw new Error(`${request.method} ${path}: got status ${response.status}: ${await response.text()}`);
    }
  };

  return {
    experimentId,
    renameModel: async (name: string, newName: string): Promise<void> => {
      await call('registered-models/rename', { name, new_name: newName });
    },
    putModelFile: (modelId: string, path: string, text: string): Promise<void> =>
      changeModelFile(modelId, path, { method: 'PUT', body: text }),
    deleteModelFile: (modelId: string, path: string): Promise<void> =>
      changeModelFile(modelId, path, { method: 'DELETE' }),
    runs: async (name: string): Promise<readonly MlflowRun[]> => {
      const body = { experiment_ids: [await experimentId(name)], max_results: 1000 };
      return (await call<{ runs?: MlflowRun[] }>('runs/search', body)).runs ?? [];
    },
    run: async (runId: string): Promise<MlflowRun> => (await call<{ run: MlflowRun }>(`runs/get?run_id=${runId}`)).run,
    history: async (runId: string, key: string): Promise<readonly MetricPoint[]> => {
      const path = `metrics/get-history?run_id=${runId}&metric_key=${encodeURIComponent(key)}&max_results=1000`;
      return (await call<{ metrics?: MetricPoint[] }>(path)).metrics ?? [];
    },
    /** One more point, later than all that are there: what somebody does who changes a record. */
    logMetric: async (
      runId: string,
      point: { readonly key: string; readonly value: number; readonly step: number },
    ): Promise<void> => {
      await call('runs/log-metric', { run_id: runId, ...point, timestamp: Date.now() });
    },
    experimentTags: async (id: string): Promise<Readonly<Record<string, string>>> => {
      const path = `experiments/get?experiment_id=${id}`;
      const { experiment } = await call<{ experiment: { tags?: { key: string; value: string }[] } }>(path);
      return Object.fromEntries((experiment.tags ?? []).map(({ key, value }) => [key, value]));
    },
    /** As somebody does who tidies up in MLflow. */
    deleteRun: async (runId: string): Promise<void> => {
      await call('runs/delete', { run_id: runId });
    },
    /** As another program would leave it: RUNNING. */
    createRun: async (experiment: string, tags: Readonly<Record<string, string>>): Promise<string> => {
      const pairs = Object.entries(tags).map(([key, value]) => ({ key, value }));
      const body = { experiment_id: experiment, start_time: Date.now(), tags: pairs };
      return (await call<{ run: MlflowRun }>('runs/create', body)).run.info.run_id;
    },
    /** Its aliases stay behind. */
    deleteVersion: async (name: string, version: string): Promise<void> => {
      await call('model-versions/delete', { name, version }, 'DELETE');
    },
    deleteExperiment: async (id: string): Promise<void> => {
      await call('experiments/delete', { experiment_id: id });
    },
    artifacts: async (runId: string, path = ''): Promise<readonly string[]> => {
      const query = path === '' ? '' : `&path=${encodeURIComponent(path)}`;
      const answer = await call<{ files?: { path: string }[] }>(`artifacts/list?run_id=${runId}${query}`);
      return (answer.files ?? []).map((file) => file.path);
    },
    artifactText: async (runId: string, path: string): Promise<string> => (await artifact(runId, path)).text(),
    artifactBytes: async (runId: string, path: string): Promise<Uint8Array> =>
      new Uint8Array(await (await artifact(runId, path)).arrayBuffer()),
    aliasVersion: async (name: string, alias: string): Promise<string> =>
      (
        await call<{ model_version: { version: string } }>(
          `registered-models/alias?name=${encodeURIComponent(name)}&alias=${alias}`,
        )
      ).model_version.version,
    /** Alias to version. */
    aliases: async (name: string): Promise<Readonly<Record<string, string>>> => {
      const { registered_model: model } = await call<{
        registered_model: { aliases?: { alias: string; version: string }[] };
      }>(`registered-models/get?name=${encodeURIComponent(name)}`);
      return Object.fromEntries((model.aliases ?? []).map(({ alias, version }) => [alias, version]));
    },
    /** As somebody does in MLflow's own page; null removes it. */
    moveAlias: async (name: string, alias: string, version: string | null): Promise<void> => {
      await (version === null
        ? call('registered-models/alias', { name, alias }, 'DELETE')
        : call('registered-models/alias', { name, alias, version }));
    },
    modelTags: async (name: string): Promise<Readonly<Record<string, string>>> => {
      const { registered_model: model } = await call<{
        registered_model: { tags?: { key: string; value: string }[] };
      }>(`registered-models/get?name=${encodeURIComponent(name)}`);
      return Object.fromEntries((model.tags ?? []).map(({ key, value }) => [key, value]));
    },
    setModelTag: async (name: string, key: string, value: string): Promise<void> => {
      await call('registered-models/set-tag', { name, key, value });
    },
    createModel: async (name: string): Promise<void> => {
      await call('registered-models/create', { name });
    },
    /** As another tool would register it: it has no run. */
    createVersion: async (name: string): Promise<string> =>
      (
        await call<{ model_version: { version: string } }>('model-versions/create', {
          name,
          source: 's3://bucket/model',
        })
      ).model_version.version,
    modelVersions: async (name: string): Promise<readonly RestVersion[]> =>
      (
        await call<{ model_versions?: RestVersion[] }>(
          `model-versions/search?filter=${encodeURIComponent(`name='${name}'`)}`,
        )
      ).model_versions ?? [],
    loggedModels: async (experiment: string): Promise<readonly object[]> =>
      (await call<{ models?: object[] }>('logged-models/search', { experiment_ids: [experiment] })).models ?? [],
  };
};

export const tagsOf = (run: MlflowRun): Readonly<Record<string, string>> =>
  Object.fromEntries((run.data.tags ?? []).map(({ key, value }) => [key, value]));
