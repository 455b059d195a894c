/** Artifacts through MLflow's proxy: raw bytes up and down. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { TtExpError } from '../contracts/errors.ts';
import { type HttpClient, type HttpRequest, MlflowRejection, type RequestBody } from './http.ts';
import type { Rest } from './rest.ts';

const PROXY = '/api/2.0/mlflow-artifacts/artifacts/';
const PROXY_SCHEME = /^mlflow-artifacts:\/*(?:[^/]*:\d+\/)?/;

/** Where a run's or model's artifacts lie on the proxy, as a path. Throws UPSTREAM_REJECTED for a store without proxy. */
const proxyPath = (artifactUri: string, path: string): string => {
  if (!PROXY_SCHEME.test(artifactUri)) {
    throw new TtExpError(
      'UPSTREAM_REJECTED',
      `MLflow artifacts: got a store at ${artifactUri.split(':')[0]}:, expected mlflow-artifacts:`,
      {
        hint: 'Start the MLflow server with --serve-artifacts and --artifacts-destination, so that workers need no access of their own.',
      },
    );
  }
  const segments = `${artifactUri.replace(PROXY_SCHEME, '')}/${path}`.split('/').filter((segment) => segment !== '');
  return PROXY + segments.map(encodeURIComponent).join('/');
};

interface ListAnswer {
  readonly files?: readonly { readonly path: string; readonly is_dir?: boolean }[];
}

export const createArtifacts = (http: HttpClient, rest: Rest) => {
  const uris = new Map<string, string>();

  const artifactUri = async (runId: string): Promise<string> => {
    const known = uris.get(runId);
    if (known !== undefined) {
      return known;
    }
    const { run } = await rest.call<{ run: { info: { artifact_uri: string } } }>('GET', 'runs/get', { run_id: runId });
    uris.set(runId, run.info.artifact_uri);
    return run.info.artifact_uri;
  };

  const send = async (request: HttpRequest) => {
    try {
      return await http.send(request);
    } catch (error) {
      throw error instanceof MlflowRejection ? http.describe(request, error) : error;
    }
  };

  const put = async (uri: string, path: string, body: RequestBody): Promise<void> => {
    const request = {
      method: 'PUT',
      path: proxyPath(uri, path),
      body,
      contentType: 'application/octet-stream',
    } as const;
    const { body: answer } = await send(request);
    await answer.dump();
  };

  return {
    /** For stores that are not a run's: a logged model's. */
    putFileAt: (uri: string, path: string, file: string): Promise<void> => put(uri, path, () => createReadStream(file)),
    putTextAt: (uri: string, path: string, text: string): Promise<void> => put(uri, path, text),

    putArtifactFile: async (runId: string, path: string, file: string): Promise<void> =>
      put(await artifactUri(runId), path, () => createReadStream(file)),

    putArtifactText: async (runId: string, path: string, text: string): Promise<void> =>
      put(await artifactUri(runId), path, text),

    getArtifactText: async (runId: string, path: string): Promise<string | null> => {
      const request = { method: 'GET', path: proxyPath(await artifactUri(runId), path) } as const;
      try {
        const { body } = await http.send(request);
        return await body.text();
      } catch (error) {
        if (error instanceof MlflowRejection && error.status === 404) {
          return null;
        }
        throw error instanceof MlflowRejection ? http.describe(request, error) : error;
      }
    },

    getArtifactFile: async (runId: string, path: string, file: string): Promise<boolean> => {
      const request = { method: 'GET', path: proxyPath(await artifactUri(runId), path) } as const;
      const temporary = `${file}.${process.pid}.tmp`;
      try {
        const { body } = await http.send(request);
        await mkdir(dirname(file), { recursive: true });
        await pipeline(body, createWriteStream(temporary));
        await rename(temporary, file);
        return true;
      } catch (error) {
        await rm(temporary, { force: true });
        if (error instanceof MlflowRejection) {
          if (error.status === 404 || error.errorCode === 'RESOURCE_DOES_NOT_EXIST') {
            return false;
          }
          throw http.describe(request, error);
        }
        throw error;
      }
    },

    /** One that is not there is as good as deleted. */
    deleteArtifact: async (runId: string, path: string): Promise<void> => {
      const request = { method: 'DELETE', path: proxyPath(await artifactUri(runId), path) } as const;
      try {
        const { body } = await http.send(request);
        await body.dump();
      } catch (error) {
        if (!(error instanceof MlflowRejection) || error.status !== 404) {
          throw error instanceof MlflowRejection ? http.describe(request, error) : error;
        }
      }
    },

    listArtifacts: async (runId: string, path: string): Promise<readonly string[]> => {
      const files: string[] = [];
      const waiting = [path];
      for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
        const answer = await rest.call<ListAnswer>('GET', 'artifacts/list', { run_id: runId, path: folder });
        for (const entry of answer.files ?? []) {
          if (entry.is_dir === true) {
            waiting.push(entry.path);
          } else {
            files.push(entry.path.slice(path.length + 1));
          }
        }
      }
      return files.sort();
    },
  };
};

export type Artifacts = ReturnType<typeof createArtifacts>;
