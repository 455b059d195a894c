/** `tt-exp recommend`: one list for one user. */
import type { SearchFacts } from '../../contracts/bundle.ts';
import { EXIT } from '../../contracts/errors.ts';
import type { LocalRecommendation } from '../../contracts/local-recommendation.ts';
import type { FieldFilters, RecommendRequest } from '../../contracts/recommendation.ts';
import { wrongOption } from '../command-line/option-values.ts';
import { wholeModel } from '../model/whole-reference.ts';
import { withLocalWork } from '../model/with-local-work.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { printJson, printLines } from '../text/output.ts';
import { formatTable } from '../text/table.ts';
import type { RecommendRuntime } from './recommend-runtime.ts';

export interface RecommendToOptions
  extends Pick<RecommendRequest, 'userId' | 'limit' | 'exclude' | 'diversity' | 'damping' | 'engine'> {
  readonly offset: number;
  /** `field=value` each. */
  readonly filter: readonly string[];
  readonly model: string;
  readonly isJson: boolean;
}

/** Values of one field are alternatives. */
const filtersOf = (given: readonly string[]): FieldFilters => {
  const filters: Record<string, readonly string[]> = {};
  for (const text of given) {
    const at = text.indexOf('=');
    const [field, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    if (at < 1 || field === '' || value === '') {
      throw wrongOption('--filter', text, 'field=value', 'type=collaboration');
    }
    filters[field] = [...(Object.hasOwn(filters, field) ? (filters[field] ?? []) : []), value];
  }
  return filters;
};

const searchText = (search: SearchFacts): string =>
  search.kind === 'exact' ? 'exact search' : `search by an index with recall@10 ${search.recall_at_10.toFixed(4)}`;

const contentText = (search: SearchFacts): string => {
  if (search.kind === 'index') {
    return `content by an index with recall@10 ${search.recall_at_10.toFixed(4)}`;
  }
  const best = search.index_recall_at_10;
  return `content exact${best === undefined ? '' : ` (an index would have recall@10 ${best.toFixed(4)})`}`;
};

const listLines = (
  { recommendation, nouns, modelName, search, contentSearch }: LocalRecommendation,
  options: RecommendToOptions,
) => {
  const { item_ids, scores, engine, reason, fallback, model_version, bundle } = recommendation;
  const model = modelName === null ? options.model : `${modelName}/${model_version}`;
  const rows = item_ids.map((id, place) => [
    String(options.offset + place + 1),
    id,
    (scores[place] ?? Number.NaN).toFixed(4),
  ]);
  return [
    `For ${nouns.user} ${options.userId}, by ${engine}: ${reason}`,
    ...(fallback === null ? [] : [`Fallback: ${fallback}`]),
    `Model ${model}, bundle ${bundle.slice(0, 12)}, ${searchText(search)}${contentSearch === null ? '' : `; ${contentText(contentSearch)}`}`,
    '',
    ...(rows.length === 0
      ? [
          `From place ${options.offset + 1} on no ${nouns.item} is left that passes, was not met already, and is not excluded.`,
        ]
      : formatTable(
          [{ title: 'place', align: 'right' }, { title: nouns.item }, { title: 'score', align: 'right' }],
          rows,
        )),
  ];
};

export const recommendTo = async (
  runtime: PlatformRuntime & RecommendRuntime,
  options: RecommendToOptions,
): Promise<number> => {
  const { io } = runtime;
  const { userId, limit, offset, exclude, diversity, damping, engine } = options;
  const request: RecommendRequest = {
    ...{ userId, limit, offset, exclude, filters: filtersOf(options.filter), preferences: {} },
    ...(diversity !== undefined && { diversity }),
    ...(damping !== undefined && { damping }),
    ...(engine !== undefined && { engine }),
  };
  const model = await wholeModel(runtime, options.model);
  const answer = await withLocalWork(runtime, 'recommend', (work) => runtime.recommend({ ...work, model, request }));
  if (options.isJson) {
    printJson(io, { user_id: userId, ...answer.recommendation });
  } else {
    printLines(io.stdout, listLines(answer, options));
  }
  return EXIT.done;
};
