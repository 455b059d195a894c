import type { ProcessRuntime } from '../command-line/process-runtime.ts';
import type { LocalWork } from '../model/model-runtime.ts';

/** What a server answers from when it is ready. */
export interface ServingFacts {
  readonly url: string;
  /** null for a bundle of no registered model. */
  readonly model: string | null;
  readonly modelVersion: string | null;
  readonly bundle: string;
  readonly items: number;
  readonly search: 'exact' | 'index';
  /** Where lists for users are: a path, without an id. */
  readonly path: string;
}

/** Its signal, aborted by Ctrl-C and SIGTERM, lets it drain and end. */
export interface ServeRequest extends LocalWork {
  /** Registered model whose champion is served, unless a bundle is named. */
  readonly model: string;
  /** Digest or folder of the one bundle that is served, whatever becomes champion; null: the champion's. */
  readonly bundle: string | null;
  /** Process whose end is that of the server; null: none. */
  readonly parent: number | null;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** null: whoever reaches the address may do everything. */
  readonly apiKeysFile: string | null;
  /** Requests a second of one key, or of one address without keys; null for any number. */
  readonly rateLimit: number | null;
  /** Of the users, who get the challenger's lists; null: as the experiment says that is defined, if there is one. */
  readonly challengerShare: number | null;
  /** Whether users and items that training has not seen are taken. */
  readonly onlineEncoding: boolean;
  readonly onReady: (facts: ServingFacts) => void;
}

export interface ServeRuntime extends ProcessRuntime {
  /** Serves until the signal aborts. Throws MODEL_NOT_FOUND where there is nothing to serve, and for a bundle that is named what `loadBundle` throws. */
  serveModel(request: ServeRequest): Promise<void>;
}
