/** MLflow experiments: created once per name, and found again, deleted ones too. */
import { TtExpError } from '../contracts/errors.ts';
import { findExperiment } from './find-experiment.ts';
import { cutText } from './limited-text.ts';
import type { Rest } from './rest.ts';
import type { Serialiser } from './serialise.ts';

export interface EnsureExperimentOptions {
  /** Of a deleted one, which keeps its name for itself. Default: refuse. */
  readonly ifDeleted?: 'refuse' | 'restore';
}

const DESCRIPTION = 'mlflow.note.content';

interface ListAnswer {
  readonly experiments?: readonly { readonly experiment_id: string }[];
  readonly next_page_token?: string;
}

const FORBIDDEN = 403;

const isForbidden = (error: unknown): boolean =>
  error instanceof TtExpError && error.code === 'UPSTREAM_REJECTED' && error.details.status === FORBIDDEN;

const deleted = (name: string, id: string): TtExpError =>
  new TtExpError(
    'UPSTREAM_REJECTED',
    `MLflow experiment ${name}: it was deleted, but MLflow still reserves its name (id ${id})`,
    {
      hint: `Restore it and its runs with \`mlflow experiments restore --experiment-id ${id}\`, or give the config another \`name\`.`,
    },
  );

export const createExperiments = (rest: Rest, serialise: Serialiser) => ({
  /** Its id. Throws UPSTREAM_REJECTED for a deleted one that is not to be restored. */
  ensureExperiment: (name: string, { ifDeleted = 'refuse' }: EnsureExperimentOptions = {}): Promise<string> =>
    serialise(`experiment ${name}`, async () => {
      let found = await findExperiment(rest, name);
      if (found === null) {
        await rest.callOr(['RESOURCE_ALREADY_EXISTS'], 'POST', 'experiments/create', { name });
        found = await findExperiment(rest, name);
      }
      if (found?.isDeleted === true && ifDeleted === 'restore') {
        // Another process may have restored it in between; it is looked up again either way.
        await rest.callOr(['INVALID_PARAMETER_VALUE', 'RESOURCE_DOES_NOT_EXIST'], 'POST', 'experiments/restore', {
          experiment_id: found.id,
        });
        found = await findExperiment(rest, name);
      }
      if (found === null) {
        throw new TtExpError('UPSTREAM_REJECTED', `MLflow experiment ${name}: not found after its creation`);
      }
      if (found.isDeleted) {
        throw deleted(name, found.id);
      }
      return found.id;
    }),

  /** Gives it a description where it has none: what a person wrote stays. None where this user may not give it one. */
  describeExperiment: async (experimentId: string, text: string): Promise<void> => {
    const { experiment } = await rest.call<{ experiment: { tags?: readonly { readonly key: string }[] } }>(
      'GET',
      'experiments/get',
      { experiment_id: experimentId },
    );
    if (experiment.tags?.some(({ key }) => key === DESCRIPTION) !== true) {
      const tag = { experiment_id: experimentId, key: DESCRIPTION, value: cutText(text, 'description') };
      await rest.call('POST', 'experiments/set-experiment-tag', tag).catch((error: unknown) => {
        if (!isForbidden(error)) {
          throw error;
        }
      });
    }
  },

  /** Of every experiment that was not deleted. */
  experimentIds: async (): Promise<readonly string[]> => {
    const ids: string[] = [];
    let token: string | undefined;
    do {
      const answer: ListAnswer = await rest.call('POST', 'experiments/search', {
        max_results: 1000,
        ...(token === undefined ? {} : { page_token: token }),
      });
      ids.push(...(answer.experiments ?? []).map(({ experiment_id: id }) => id));
      token = answer.next_page_token;
    } while (token !== undefined && token !== '');
    return ids;
  },

  /** Id of the experiment of this name, a deleted one too; null where there is none. */
  findExperiment: async (name: string): Promise<string | null> => (await findExperiment(rest, name))?.id ?? null,
});
