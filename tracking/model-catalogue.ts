/** Every registered model and version with what is recorded of it, in as few calls as there are pages. */
import type { MeasuredRun, RegisteredVersionRecord } from '../contracts/model-catalogue.ts';
import type { RegisteredModelRecord } from '../contracts/registered-models.ts';
import type { Artifacts } from './artifacts.ts';
import { quote } from './quote.ts';
import { type RestModel, type RestPair, toModel, toTexts } from './registered-model.ts';
import type { Rest } from './rest.ts';

interface RestVersion {
  readonly name: string;
  readonly version: string;
  readonly run_id?: string;
  readonly source?: string;
  readonly creation_timestamp: number | string;
  readonly tags?: readonly RestPair[];
}

interface RestRun {
  readonly info: {
    readonly run_id: string;
    readonly experiment_id: string;
    readonly lifecycle_stage: string;
    readonly artifact_uri: string;
  };
  readonly data: {
    readonly tags?: readonly RestPair[];
    readonly metrics?: readonly { readonly key: string; readonly value: number | string }[];
  };
}

interface Page {
  readonly next_page_token?: string;
}

const MODELS_PER_PAGE = 1000;
const VERSIONS_PER_PAGE = 1000;
/** A longer filter takes the server disproportionately long. */
const RUNS_PER_SEARCH = 200;

const toVersion = ({ name, version, run_id: runId, source, creation_timestamp: ms, tags }: RestVersion) => ({
  name,
  version,
  runId: runId === undefined || runId === '' ? null : runId,
  modelId: /^models:\/(m-[^/]+)$/.exec(source ?? '')?.[1] ?? null,
  createdAtMs: Number(ms),
  tags: toTexts(tags),
});

const toRun = ({ info, data }: RestRun): MeasuredRun => ({
  runId: info.run_id,
  experimentId: info.experiment_id,
  isDeleted: info.lifecycle_stage === 'deleted',
  artifactUri: info.artifact_uri,
  tags: toTexts(data.tags),
  metrics: Object.fromEntries((data.metrics ?? []).map(({ key, value }) => [key, Number(value)])),
});

const pages = async <Item>(
  read: (token: { readonly page_token?: string }) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let token: string | undefined;
  do {
    const page = await read(token === undefined ? {} : { page_token: token });
    items.push(...itemsOf(page));
    token = page.next_page_token;
  } while (token !== undefined && token !== '');
  return items;
};

export const createModelCatalogue = (rest: Rest, { artifactBytes }: Pick<Artifacts, 'artifactBytes'>) => {
  const searchVersions = async (filter: string | null): Promise<readonly RegisteredVersionRecord[]> =>
    pages(
      (token) =>
        rest.call<Page>('GET', 'model-versions/search', {
          ...(filter === null ? {} : { filter }),
          max_results: VERSIONS_PER_PAGE,
          order_by: 'version_number DESC',
          ...token,
        }),
      (page) => ((page as { readonly model_versions?: readonly RestVersion[] }).model_versions ?? []).map(toVersion),
    );

  const searchRuns = async (experimentId: string, runIds: readonly string[]): Promise<readonly MeasuredRun[]> => {
    const found: MeasuredRun[] = [];
    for (let first = 0; first < runIds.length; first += RUNS_PER_SEARCH) {
      const ids = runIds.slice(first, first + RUNS_PER_SEARCH);
      const answer = await rest.call<{ readonly runs?: readonly RestRun[] }>('POST', 'runs/search', {
        experiment_ids: [experimentId],
        filter: `attributes.run_id IN (${ids.map(quote).join(', ')})`,
        run_view_type: 'ALL',
        max_results: RUNS_PER_SEARCH,
      });
      found.push(...(answer.runs ?? []).map(toRun));
    }
    return found;
  };

  return {
    /** By name. */
    registeredModels: async (): Promise<readonly RegisteredModelRecord[]> =>
      pages(
        (token) => rest.call<Page>('GET', 'registered-models/search', { max_results: MODELS_PER_PAGE, ...token }),
        (page) =>
          ((page as { readonly registered_models?: readonly RestModel[] }).registered_models ?? []).map(toModel),
      ),

    /** Newest first. A name with both kinds of quote can be in no filter: then all versions are looked through. */
    versionRecords: async (name: string): Promise<readonly RegisteredVersionRecord[]> => {
      const isQuotable = !(name.includes("'") && name.includes('"'));
      const versions = await searchVersions(isQuotable ? `name = ${quote(name)}` : null);
      return versions
        .filter((version) => version.name === name)
        .toSorted((a, b) => Number(b.version) - Number(a.version));
    },

    /** Of all models. */
    versionsOfRun: (runId: string): Promise<readonly RegisteredVersionRecord[]> =>
      searchVersions(`run_id = ${quote(runId)}`),

    /**
     * By id, deleted ones among them; those that are not there are left out. MLflow searches experiment by experiment:
     * one run tells its experiment, which is then asked for all that are left.
     */
    measuredRuns: async (runIds: readonly string[]): Promise<ReadonlyMap<string, MeasuredRun>> => {
      const found = new Map<string, MeasuredRun>();
      let left = [...new Set(runIds)];
      for (let runId = left.shift(); runId !== undefined; runId = left.shift()) {
        const answer = await rest.callOr<{ readonly run: RestRun }>(['RESOURCE_DOES_NOT_EXIST'], 'GET', 'runs/get', {
          run_id: runId,
        });
        if (answer === null) {
          continue;
        }
        const run = toRun(answer.run);
        for (const one of [run, ...(left.length === 0 ? [] : await searchRuns(run.experimentId, left))]) {
          found.set(one.runId, one);
        }
        left = left.filter((id) => !found.has(id));
      }
      return found;
    },

    artifactBytes,
  };
};
