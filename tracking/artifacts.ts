/** Artifacts through MLflow's proxy: raw bytes up and down. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TtExpError } from '../contracts/errors.ts';
import { staysBelow } from '../contracts/join-below.ts';
import { type HttpAnswer, MlflowRejection, readDone, readJson } from './answers.ts';
import { type HttpClient, type HttpRequest, locally, type RequestBody } from './http.ts';
import type { Rest } from './rest.ts';

const PROXY = '/api/2.0/mlflow-artifacts/artifacts';
const PROXY_SCHEME = /^mlflow-artifacts:\/*(?:[^/]*:\d+\/)?/;

/** A transfer whose sizes differ is done again this many times in all. */
const TRANSFERS = 3;

/** Where a run's or model's artifacts lie on the proxy. Throws UPSTREAM_REJECTED for a store without proxy. */
const proxySegments = (artifactUri: string, path: string): readonly string[] => {
  if (!PROXY_SCHEME.test(artifactUri)) {
    throw new TtExpError(
      'UPSTREAM_REJECTED',
      `MLflow artifacts: got a store at ${artifactUri.split(':')[0]}:, expected mlflow-artifacts:`,
      {
        hint: 'Start the MLflow server with --serve-artifacts and --artifacts-destination, so that workers need no access of their own.',
      },
    );
  }
  return `${artifactUri.replace(PROXY_SCHEME, '')}/${path}`.split('/').filter((segment) => segment !== '');
};

const proxyPath = (artifactUri: string, path: string): string =>
  [PROXY, ...proxySegments(artifactUri, path).map(encodeURIComponent)].join('/');

const differs = (what: string, got: number | null, expected: number): TtExpError =>
  new TtExpError(
    'UPSTREAM_REJECTED',
    `MLflow artifact ${what}: got ${got === null ? 'no file' : `${got} bytes`}, expected ${expected} bytes, ${TRANSFERS} times`,
    { hint: 'A proxy in front of MLflow, or its artifact store, loses or changes transferred data: check their logs.' },
  );

interface ListAnswer {
  readonly files?: readonly {
    readonly path: string;
    readonly is_dir?: boolean;
    readonly file_size?: number | string;
  }[];
}

const sentBytes = async (answer: HttpAnswer): Promise<number> => {
  await readDone(answer);
  return answer.sentBytes;
};

/** Returns how many bytes came. */
const writeBody = async (body: HttpAnswer['body'], file: string): Promise<number> => {
  await locally(() => mkdir(dirname(file), { recursive: true }));
  const handle = await locally(() => open(file, 'w'));
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      await locally(() => handle.writeFile(chunk));
      bytes += chunk.length;
    }
  } finally {
    await handle.close();
  }
  return bytes;
};

/** Relative to the folder that was asked for. Throws UPSTREAM_REJECTED for a name that is not below it. */
const below = (folder: string, path: string): string => {
  const relative = path.slice(folder.length + 1);
  if (!path.startsWith(`${folder}/`) || !staysBelow(relative)) {
    throw new TtExpError('UPSTREAM_REJECTED', `MLflow lists the artifact "${path}" in ${folder}/`, {
      hint: 'A file of that name could be written outside its folder, so nothing was fetched. Find out who wrote this run’s artifacts.',
    });
  }
  return relative;
};

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

  const send = async <Result>(request: HttpRequest, read: (answer: HttpAnswer) => Promise<Result>): Promise<Result> => {
    try {
      return await http.send(request, read);
    } catch (error) {
      throw error instanceof MlflowRejection ? http.describe(request, error) : error;
    }
  };

  /** null where the server says that there is no such artifact; somebody else's page with 404 says nothing of the kind. */
  const sendOrNull: <Result>(...call: Parameters<typeof send<Result>>) => Promise<Result | null> = async (...call) => {
    try {
      return await send(...call);
    } catch (error) {
      if (error instanceof TtExpError && error.details.errorCode === 'RESOURCE_DOES_NOT_EXIST') {
        return null;
      }
      throw error;
    }
  };

  /** As the store has it; null where it has no such file. The server leaves the size of an empty one out. */
  const storedBytes = async (uri: string, path: string): Promise<number | null> => {
    const segments = proxySegments(uri, path);
    const folder = segments.slice(0, -1).join('/');
    const request = { method: 'GET', path: `${PROXY}?path=${encodeURIComponent(folder)}` } as const;
    const answer = await sendOrNull(request, readJson<ListAnswer>);
    const file = answer?.files?.find((entry) => entry.path === segments.at(-1) && entry.is_dir !== true);
    return file === undefined ? null : Number(file.file_size ?? 0);
  };

  /** Done only once the store has every byte: whatever stands between may answer well and lose what was sent. */
  const put = async (uri: string, path: string, body: RequestBody): Promise<void> => {
    const request = {
      method: 'PUT',
      path: proxyPath(uri, path),
      body,
      contentType: 'application/octet-stream',
    } as const;
    for (let transfer = 1; ; transfer += 1) {
      const sent = await send(request, sentBytes);
      const stored = await storedBytes(uri, path);
      if (stored === sent) {
        return;
      }
      if (transfer === TRANSFERS) {
        throw differs(path, stored, sent);
      }
    }
  };

  /** null where there is no such file. */
  const get = async <Content>(
    uri: string,
    path: string,
    read: (answer: HttpAnswer) => Promise<{ readonly bytes: number; readonly content: Content }>,
  ): Promise<Content | null> => {
    const request = { method: 'GET', path: proxyPath(uri, path) } as const;
    for (let transfer = 1; ; transfer += 1) {
      const stored = await storedBytes(uri, path);
      if (stored === null) {
        return null;
      }
      const got = await sendOrNull(request, read);
      // Where it was replaced or deleted meanwhile, the store says so when it is asked again.
      if (got?.bytes === stored) {
        return got.content;
      }
      if (transfer === TRANSFERS) {
        throw differs(path, got?.bytes ?? null, stored);
      }
    }
  };

  const getFileAt = async (uri: string, path: string, file: string): Promise<boolean> => {
    // Two steps of a worker may fetch one file at once.
    const temporary = `${file}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
    try {
      const content = await get(uri, path, async ({ body }) => ({
        bytes: await writeBody(body, temporary),
        content: temporary,
      }));
      if (content !== null) {
        await rename(content, file);
      }
      return content !== null;
    } finally {
      await rm(temporary, { force: true });
    }
  };

  return {
    /** For stores that are not a run's: a logged model's. */
    putFileAt: (uri: string, path: string, file: string): Promise<void> => put(uri, path, { file }),
    putTextAt: (uri: string, path: string, text: string): Promise<void> => put(uri, path, text),

    putArtifactFile: async (runId: string, path: string, file: string): Promise<void> =>
      put(await artifactUri(runId), path, { file }),

    putArtifactText: async (runId: string, path: string, text: string): Promise<void> =>
      put(await artifactUri(runId), path, text),

    getArtifactText: async (runId: string, path: string): Promise<string | null> =>
      get(await artifactUri(runId), path, async ({ body }) => {
        const content = Buffer.from(await body.arrayBuffer());
        return { bytes: content.length, content: content.toString('utf8') };
      }),

    getFileAt,

    getArtifactFile: async (runId: string, path: string, file: string): Promise<boolean> =>
      getFileAt(await artifactUri(runId), path, file),

    /** One that is not there is as good as deleted. */
    deleteArtifact: async (runId: string, path: string): Promise<void> => {
      await sendOrNull({ method: 'DELETE', path: proxyPath(await artifactUri(runId), path) }, readJson);
    },

    /** Of all files below `path` of a run's or model's store; null where nothing is there, or the server does not serve it. */
    artifactBytes: async (uri: string, path: string): Promise<number | null> => {
      if (!PROXY_SCHEME.test(uri)) {
        return null;
      }
      let bytes: number | null = null;
      const waiting = [proxySegments(uri, path).join('/')];
      for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
        const request = { method: 'GET', path: `${PROXY}?path=${encodeURIComponent(folder)}` } as const;
        const answer = await sendOrNull(request, readJson<ListAnswer>);
        for (const { path: name, is_dir: isFolder, file_size: size } of answer?.files ?? []) {
          if (isFolder === true) {
            waiting.push(`${folder}/${name}`);
          } else {
            bytes = (bytes ?? 0) + Number(size ?? 0);
          }
        }
      }
      return bytes;
    },

    listArtifacts: async (runId: string, path: string): Promise<readonly string[]> => {
      const files: string[] = [];
      const waiting = [path];
      for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
        const answer = await rest.call<ListAnswer>('GET', 'artifacts/list', { run_id: runId, path: folder });
        for (const entry of answer.files ?? []) {
          const inFolder = below(folder, entry.path);
          if (entry.is_dir === true) {
            waiting.push(entry.path);
          } else {
            files.push(`${folder}/${inFolder}`.slice(path.length + 1));
          }
        }
      }
      return files.sort();
    },
  };
};

export type Artifacts = ReturnType<typeof createArtifacts>;
