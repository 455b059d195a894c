/** What the placeholders of the checks' SQL stand for: literals, so that a query is complete by itself. */
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { sqlText } from '../duckdb/database.ts';

export type CheckTexts = Readonly<Record<string, string>>;

export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A list for IN; NULL keeps it valid where it is empty, and matches nothing. */
const listOf = (texts: readonly string[]): string => (texts.length === 0 ? 'NULL' : texts.map(sqlText).join(', '));

/** Interactions of the use case, those of ignored types left out. */
const consideredOf = ({ use_case, ignored_types }: ResolvedData): string => {
  const ignored = ignored_types.length === 0 ? '' : ` AND (type IS NULL OR type NOT IN (${listOf(ignored_types)}))`;
  return `(SELECT * FROM interactions WHERE use_case = ${sqlText(use_case)}${ignored})`;
};

export const textsOf = (input: { readonly data: ResolvedData; readonly nowMs: number }): CheckTexts => {
  const { data } = input;
  const types = Object.entries(data.labels);
  const typesWhere = (fits: (label: number) => boolean): string =>
    listOf(types.filter(([, { label }]) => fits(label)).map(([type]) => type));
  const pairs = "count(DISTINCT {'user': user_id, 'item': item_id})";
  return {
    considered: consideredOf(data),
    label_types: listOf(types.map(([type]) => type)),
    label_rows: types.map(([type, { label }]) => `(${sqlText(type)}, ${label})`).join(', '),
    positive_types: typesWhere((label) => label > 0),
    zero_types: typesWhere((label) => label === 0),
    now: `TIMESTAMP ${sqlText(new Date(input.nowMs).toISOString().replace('T', ' ').replace('Z', ''))}`,
    has_times: String(data.source.type === 'synthetic' || data.source.interactions.time !== undefined),
    negatives: String(data.negative_samples),
    samples: data.unit === 'pair' ? pairs : 'count(*)',
    positives: data.unit === 'pair' || data.negatives.per === 'pair' ? pairs : 'count(*)',
    is_positive: data.negatives.per === 'pair' ? '>= 1' : '> 0',
  };
};
