/** What the screens of models know of them. */
import type { CatalogueModel } from '../../../contracts/model-catalogue.ts';
import type { OpenQuestion } from '../../../contracts/registry-owner.ts';
import { danglingText } from '../../registry/model-formats.ts';
import { type Fed, type FeedRequest, type FeedValues, fedOf } from '../core/feeds.ts';
import type { DashboardState } from '../core/state.ts';

export const MODELS_FEED = { feed: 'models', of: '' } as const;

export const ledgerFeed = (name: string): FeedRequest<'ledger'> => ({ feed: 'ledger', of: name });
export const questionFeed = (name: string): FeedRequest<'question'> => ({ feed: 'question', of: name });

/** null before the first answer. */
export const knownModels = ({ data }: DashboardState): readonly CatalogueModel[] | null =>
  fedOf(data, MODELS_FEED)?.value ?? null;

export const knownModel = (name: string, state: DashboardState): CatalogueModel | null =>
  knownModels(state)?.find((model) => model.name === name) ?? null;

/** What is wrong with a model's record, as `tt-exp models` says it; the question that cannot be answered aside. */
export const modelProblems = ({ ledgerProblem, dangling }: CatalogueModel): readonly string[] => [
  ...(ledgerProblem == null ? [] : [ledgerProblem]),
  ...dangling.map(danglingText),
];

/** Why a model is not shown. */
export const missingText = (name: string, state: DashboardState): string =>
  knownModels(state) === null ? 'Asking MLflow for the model …' : `There is no model ${name} any more.`;

/** Of the owner; null before it has answered. */
export const knownQuestion = (name: string, { data }: DashboardState): FeedValues['question'] | null =>
  fedOf(data, questionFeed(name))?.value ?? null;

/** What waits for an answer, as far as it is known. */
export const openQuestion = (name: string, state: DashboardState): OpenQuestion | null =>
  knownQuestion(name, state)?.open ?? null;

export const knownLedger = (name: string, { data }: DashboardState): Fed<FeedValues['ledger']> | null =>
  fedOf(data, ledgerFeed(name));
