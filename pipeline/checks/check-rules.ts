/** The catalogue of quality checks: what each looks for, and the query that finds it. */
import type { CheckLevel } from '../../contracts/data-report.ts';
import type { ResolvedData } from '../../contracts/resolved-config.ts';
import { sqlText } from '../duckdb/database.ts';
import type { SideSchema, SourceSchema } from '../source.ts';
import { type CheckTexts, identifier, textsOf } from './check-texts.ts';

export interface CheckRule {
  readonly id: string;
  readonly level: CheckLevel;
  readonly title: string;
  /** SQL file, and what its placeholders stand for. Several texts: the rows of all of them. */
  readonly file: string;
  readonly texts: readonly CheckTexts[];
  /** What the count is out of: a table, or the number of queries. */
  readonly of: 'interactions' | 'users' | 'items' | 'queries';
  /** The check fails where more than this share of the rows is found. */
  readonly mostShare?: number;
  /** The rows it finds are bad rows, which `data.max_bad_rows` allows. */
  readonly isBadRow?: true;
  /** One quick pass at most over users, items and interactions: the label stage runs it too. */
  readonly isQuick?: true;
}

export interface CheckInput {
  readonly data: ResolvedData;
  readonly schema: SourceSchema;
  readonly nowMs: number;
}

/** Above these shares a check fails. */
const MOST_MISSING = 0.2;
const MOST_OF_ONE_LABEL = 0.9;
const MOST_OF_TOP_ITEMS = 0.5;
const MOST_WITHOUT_INTERACTIONS = 0.2;
const MOST_MET_ONCE = 0.9;
const LEAST_SAMPLES = 5000;
/** A list of ten holds all of fewer candidates: hits and recall are then 1, whatever the order. */
const LEAST_CANDIDATES = 10;
/** Lists of one value of which most hold the same character: values that another separator was to part. */
const LEAST_SINGLE = 0.95;
const LEAST_JOINED = 0.5;
const LEAST_KEPT = 0.5;

const SIDES = [
  { side: 'user', table: 'users', id: 'user_id', embeddings: 'user_embeddings' },
  { side: 'item', table: 'items', id: 'item_id', embeddings: 'item_embeddings' },
] as const;

export const BAD_ROW_CHECKS: readonly string[] = [
  'null-keys',
  'unknown-types',
  'unknown-users',
  'unknown-items',
  'repeated-interaction-ids',
];

const badRowRules = (shared: CheckTexts): readonly CheckRule[] => {
  const rule = (id: string, file: string, title: string): CheckRule => ({
    id,
    level: 'blocking',
    title,
    file,
    texts: [shared],
    of: 'interactions',
    isBadRow: true,
  });
  return [
    rule('null-keys', '052_null_keys', 'Interactions without an id, a user, an item, a type or a time'),
    rule(
      'unknown-types',
      '050_unknown_types',
      'Interactions of a type that neither data.labels nor data.ignored_types names',
    ),
    rule('unknown-users', '050_unknown_users', 'Interactions of a user that the source does not have'),
    rule('unknown-items', '050_unknown_items', 'Interactions with an item that the source does not have'),
    rule('repeated-interaction-ids', '051_repeated_interactions', 'Several interactions have the same id'),
  ];
};

const entityRules = (shared: CheckTexts): readonly CheckRule[] =>
  SIDES.flatMap(({ side, table, id }): readonly CheckRule[] => {
    const texts = [{ ...shared, table, id }];
    return [
      {
        id: `repeated-${side}-ids`,
        level: 'blocking',
        title: `Several ${table} have the same id`,
        file: '051_repeated_entities',
        texts,
        of: table,
        isQuick: true,
      },
      {
        id: `null-${side}-ids`,
        level: 'blocking',
        title: `Some ${table} have no id`,
        file: '052_null_ids',
        texts,
        of: table,
        isQuick: true,
      },
      {
        id: `${table}-without-interactions`,
        level: 'warning',
        title: `More than ${100 * MOST_WITHOUT_INTERACTIONS} % of ${table} have no interaction`,
        file: '057_without_interactions',
        texts,
        of: table,
        mostShare: MOST_WITHOUT_INTERACTIONS,
      },
    ];
  });

/** Whether a column has no value, and what counts as one. */
const columnsOf = (schema: SideSchema): readonly { name: string; isMissing: string }[] => [
  ...schema.fields.map(({ name, kind }) => ({
    name,
    isMissing:
      kind === 'multi_categorical' ? `len(coalesce(${identifier(name)}, [])) = 0` : `${identifier(name)} IS NULL`,
  })),
  ...(schema.hasText ? [{ name: 'text', isMissing: "coalesce(trim(text), '') = ''" }] : []),
];

/** Values of categories that a vocabulary would lose. */
const valueRules = (schema: SourceSchema): readonly CheckRule[] => {
  const texts = SIDES.flatMap(({ side, table }) =>
    schema[side].fields.flatMap((field) => {
      const column = identifier(field.name);
      const isList = field.kind === 'multi_categorical';
      return field.kind === 'numeric'
        ? []
        : [
            {
              kind: field.kind,
              table,
              column,
              values: isList ? `unnest(${column})` : column,
              feature: sqlText(`${table}.${field.name}`),
              width: String(field.width),
              least_single: String(LEAST_SINGLE),
              least_joined: String(LEAST_JOINED),
              least_kept: String(LEAST_KEPT),
            },
          ];
    }),
  );
  return [
    {
      id: 'joined-values',
      level: 'blocking',
      title:
        'Values are joined by a separator other than the one that splits them: set "separator" of the feature, or make it categorical if its values should stay whole',
      file: '053_joined_values',
      texts: texts.filter(({ kind }) => kind === 'multi_categorical'),
      of: 'queries',
      isQuick: true,
    },
    {
      id: 'dropped-values',
      level: 'warning',
      title: `Vocabularies hold less than ${100 * LEAST_KEPT} % of the values of features; the rest become a single value: raise "width"`,
      file: '053_dropped_values',
      texts,
      of: 'queries',
      isQuick: true,
    },
  ];
};

const featureRules = (schema: SourceSchema): readonly CheckRule[] => {
  const texts = SIDES.flatMap(({ side, table }) =>
    columnsOf(schema[side]).map(({ name, isMissing }) => ({
      table,
      column: identifier(name),
      feature: sqlText(`${table}.${name}`),
      is_missing: isMissing,
      most_missing: String(MOST_MISSING),
    })),
  );
  const quick = { level: 'warning', texts, of: 'queries', isQuick: true } as const;
  return [
    ...valueRules(schema),
    {
      id: 'missing-features',
      title: `Features have no value for more than ${100 * MOST_MISSING} % of users or items`,
      file: '053_missing_feature',
      ...quick,
    },
    {
      id: 'constant-features',
      title: 'Features have the same value for all users or items',
      file: '053_constant_feature',
      ...quick,
    },
  ];
};

const eventRules = (shared: CheckTexts): readonly CheckRule[] => {
  const limits = {
    most_of_one_label: String(MOST_OF_ONE_LABEL),
    most_of_top: String(MOST_OF_TOP_ITEMS),
    least_samples: String(LEAST_SAMPLES),
    most_met_once: String(MOST_MET_ONCE),
    least_candidates: String(LEAST_CANDIDATES),
  };
  const rule = (id: string, file: string, title: string, isQuick: boolean, of: CheckRule['of']): CheckRule => ({
    id,
    level: 'warning',
    title,
    file,
    texts: [{ ...shared, ...limits }],
    of,
    ...(isQuick ? { isQuick: true as const } : {}),
  });
  return [
    rule(
      'repeated-events',
      '051_repeated_events',
      'Interactions have the same user, item, type and time',
      false,
      'interactions',
    ),
    {
      id: 'only-future-times',
      level: 'blocking',
      title: 'All interactions lie in the future: check time_unit and the clock of this machine',
      file: '054_only_future_times',
      texts: [shared],
      of: 'queries',
      isQuick: true,
    },
    rule('future-times', '054_future_times', 'Interactions lie in the future', true, 'interactions'),
    rule('early-times', '054_early_times', 'Interactions lie before 1990: is time_unit right?', true, 'interactions'),
    rule(
      'dominant-label',
      '055_dominant_label',
      `More than ${100 * MOST_OF_ONE_LABEL} % of the interactions have the same label`,
      true,
      'queries',
    ),
    rule('no-positives', '055_no_positives', 'No interaction has a label above 0', true, 'queries'),
    rule('no-zeros', '055_no_zeros', 'No sample will have label 0', true, 'queries'),
    rule('few-samples', '056_few_samples', `There are fewer than ${LEAST_SAMPLES} samples`, true, 'queries'),
    rule(
      'popular-items',
      '057_popular_items',
      `The most popular hundredth of the items has more than ${100 * MOST_OF_TOP_ITEMS} % of the interactions`,
      true,
      'items',
    ),
    rule(
      'items-met-once',
      '057_items_met_once',
      `More than ${100 * MOST_MET_ONCE} % of the items that anybody met have only one interaction: is it the right column?`,
      true,
      'items',
    ),
    rule(
      'few-candidates',
      '057_few_candidates',
      `Users have fewer than ${LEAST_CANDIDATES} items left to recommend: any order of them scores as a hit`,
      true,
      'users',
    ),
  ];
};

/** For sides whose table of text embeddings is at hand. */
const embeddingRules = (minCoverage: number, embeddings: readonly string[]): readonly CheckRule[] =>
  SIDES.filter((side) => embeddings.includes(side.embeddings)).flatMap(({ side, table, id, embeddings: vectors }) => {
    const shared = { level: 'blocking', texts: [{ table, id, embeddings: vectors }], of: table } as const;
    return [
      {
        id: `missing-${side}-embeddings`,
        title: `Missing embeddings: fewer ${table} than data.min_coverage ${minCoverage} have a text embedding`,
        file: '058_missing_embeddings',
        mostShare: 1 - minCoverage,
        ...shared,
      },
      {
        id: `broken-${side}-embeddings`,
        title: `Text embeddings of ${table} hold numbers that are not finite, or only zeros`,
        file: '058_broken_embeddings',
        ...shared,
      },
    ];
  });

/** All checks for these settings. `embeddings`: the tables of text embeddings that the database has. */
export const checkRules = (input: CheckInput, embeddings: readonly string[]): readonly CheckRule[] => {
  const shared = textsOf(input);
  return [
    ...badRowRules(shared),
    ...entityRules(shared),
    ...eventRules(shared),
    ...featureRules(input.schema),
    ...embeddingRules(input.data.min_coverage, embeddings),
  ].filter(({ texts }) => texts.length > 0);
};
