/** MLflow's REST calls in JSON. */
import { type JsonObject, MlflowRejection, readJson } from './answers.ts';
import type { HttpClient, HttpRequest } from './http.ts';

const API = '/api/2.0/mlflow/';

type RestMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Throws ForeignAnswer for JSON that is not what was asked for. */
type CheckAnswer<Answer> = (answer: Partial<Answer>) => void;

export interface Rest {
  /** Throws UPSTREAM_REJECTED with the server's message, ENVIRONMENT_INVALID for a login that it refuses, and as `send`. */
  call<Answer>(
    method: RestMethod,
    endpoint: string,
    parameters: JsonObject,
    check?: CheckAnswer<Answer>,
  ): Promise<Answer>;
  /** null for the refusals named by their error codes. */
  callOr<Answer>(
    errorCodes: readonly string[],
    method: RestMethod,
    endpoint: string,
    parameters: JsonObject,
    check?: CheckAnswer<Answer>,
  ): Promise<Answer | null>;
  /**
   * POST of something that a second one would make again. Before each further try `isThere` looks whether the one
   * before it, though it failed here, was carried out there. Throws as `call`.
   */
  create(endpoint: string, parameters: JsonObject, isThere: () => Promise<boolean>): Promise<void>;
}

const query = (parameters: JsonObject): string =>
  new URLSearchParams(
    Object.entries(parameters).flatMap(([key, value]) =>
      (Array.isArray(value) ? value : [value]).map((one): [string, string] => [key, String(one)]),
    ),
  ).toString();

export const createRest = (http: HttpClient): Rest => {
  const callOr: Rest['callOr'] = async <Answer>(
    errorCodes: readonly string[],
    method: RestMethod,
    endpoint: string,
    parameters: JsonObject,
    check: CheckAnswer<Answer> = () => undefined,
  ): Promise<Answer | null> => {
    const request: HttpRequest =
      method === 'GET'
        ? { method, path: `${API}${endpoint}?${query(parameters)}` }
        : { method, path: `${API}${endpoint}`, body: JSON.stringify(parameters) };
    try {
      return await http.send(request, async (received) => {
        const answer = await readJson<Answer>(received);
        check(answer as Partial<Answer>);
        return answer;
      });
    } catch (error) {
      if (error instanceof MlflowRejection) {
        if (errorCodes.includes(error.errorCode)) {
          return null;
        }
        throw http.describe(request, error);
      }
      throw error;
    }
  };
  return {
    callOr,
    create: async (endpoint, parameters, isThere) => {
      const request: HttpRequest = { method: 'POST', path: `${API}${endpoint}`, body: JSON.stringify(parameters) };
      try {
        await http.sendOnce(request, isThere);
      } catch (error) {
        throw error instanceof MlflowRejection ? http.describe(request, error) : error;
      }
    },
    call: async <Answer>(method: RestMethod, endpoint: string, parameters: JsonObject, check?: CheckAnswer<Answer>) =>
      (await callOr<Answer>([], method, endpoint, parameters, check)) as Answer,
  };
};
