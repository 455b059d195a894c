/** The schemas of the API: what requests are checked against, answers are written by, and /openapi.json shows. */
import { ARMS } from '../../contracts/online-experiment.ts';
import { ENGINE_NAMES } from '../../contracts/serving.ts';
import { DEEPEST_OFFSET, DEFAULT_LIMIT, LONGEST_ID, MOST_ITEMS } from '../../policy/serving/page-bounds.ts';

export type Schema = Readonly<Record<string, unknown>>;

export const MOST_USERS_A_BATCH = 100;
export const MOST_EVENTS_A_REQUEST = 500;

/** `readJsonBodies` refuses any other: a pattern that says it would be none in most languages. */
const WHOLE_TEXT = 'Unicode text: a surrogate without its other half is refused in any string of a body.';
export const ID = { type: 'string', minLength: 1, maxLength: LONGEST_ID, description: WHOLE_TEXT } as const;
const SHARE = { type: 'number', minimum: 0, maximum: 1 } as const;

const object = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

const FIELD_VALUES: Schema = {
  type: 'array',
  minItems: 1,
  maxItems: 100,
  items: { type: 'string', maxLength: LONGEST_ID },
};

/** By field: a text stands for a list of it alone, as in an address. */
const FIELDS: Schema = {
  type: 'object',
  additionalProperties: { ...FIELD_VALUES, type: ['string', 'array'], maxLength: LONGEST_ID },
};

const LIMIT = { type: 'integer', minimum: 1, maximum: MOST_ITEMS, default: DEFAULT_LIMIT };
const EXCLUDE = { type: 'array', maxItems: 1000, items: ID, default: [] };

/** Parameters of every list. */
const PAGE = {
  limit: { ...LIMIT, description: 'How many places.' },
  offset: { type: 'integer', minimum: 0, maximum: DEEPEST_OFFSET, default: 0, description: 'First place of the page.' },
  exclude: { ...EXCLUDE, description: 'Ids to leave out; repeat the parameter for several.' },
};

const CHOICES = {
  diversity: { ...SHARE, description: '0 orders by score alone, 1 by difference alone (maximal marginal relevance).' },
  damping: { ...SHARE, description: 'How much popular items give way: 0 not at all, 1 the whole range of scores.' },
  engine: { type: 'string', enum: ENGINE_NAMES, description: 'Answer by this engine: the router is off.' },
  seen: {
    type: 'string',
    enum: ['all', 'before_test'],
    description:
      'Which items that the user has met are left out: all, or only what an offline evaluation leaves out; then the router counts nothing of the test part.',
  },
};

const filtersOf = (fields: readonly string[], taken: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    fields
      .filter((field) => !Object.hasOwn(taken, field))
      .map((field) => [
        field,
        { ...FIELD_VALUES, description: `Filter: a value of ${field}, or a range such as 5..10.` },
      ]),
  );

const query = (own: Readonly<Record<string, Schema>>, fields: readonly string[]): Schema => ({
  type: 'object',
  properties: { ...own, ...filtersOf(fields, own) },
  // Fields that a later bundle brings; the recommender refuses those that it does not know.
  additionalProperties: FIELD_VALUES,
});

/** @param fields names that may be filtered by */
export const recommendationQuery = (fields: readonly string[]): Schema => query({ ...PAGE, ...CHOICES }, fields);
export const itemQuery = (fields: readonly string[]): Schema => query(PAGE, fields);

/** Of lists about an item, and of lists for a user. */
export const PAGE_PARAMETERS: readonly string[] = Object.keys(PAGE);
export const LIST_PARAMETERS: readonly string[] = [...PAGE_PARAMETERS, ...Object.keys(CHOICES)];

export const idParams = (description: string): Schema => object({ id: { ...ID, description } });

export const BATCH_BODY: Schema = object(
  {
    user_ids: { type: 'array', minItems: 1, maxItems: MOST_USERS_A_BATCH, items: ID },
    limit: LIMIT,
    offset: PAGE.offset,
    exclude: EXCLUDE,
    ...CHOICES,
    filters: { ...FIELDS, description: 'By field: a value, or a list of alternatives; ranges such as "5..10".' },
    preferences: { ...FIELDS, description: 'What users who are not known state of themselves, by field of users.' },
  },
  ['limit', 'offset', 'exclude', ...Object.keys(CHOICES), 'filters', 'preferences'],
);

const EVENT: Schema = object(
  {
    event_id: { ...ID, description: `Chosen by the sender: sent again, it is the same event. ${WHOLE_TEXT}` },
    user_id: ID,
    item_id: ID,
    type: {
      type: 'string',
      pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$',
      description: 'A type of the data: view, like, dislike …',
    },
    occurred_at: {
      ...{ type: 'string', maxLength: 64, format: 'date-time' },
      description: "The sender's clock, ISO 8601 with date and time. Kept, not sorted by.",
    },
  },
  ['occurred_at'],
);

export const EVENTS_BODY: Schema = {
  anyOf: [EVENT, object({ events: { type: 'array', minItems: 1, maxItems: MOST_EVENTS_A_REQUEST, items: EVENT } })],
};

const TEXT = { type: 'string' } as const;
const TEXT_OR_NULL = { type: ['string', 'null'] } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;

const ANSWER = {
  scores: { type: 'array', items: { type: 'number' } },
  engine: { type: 'string', enum: ENGINE_NAMES },
  model_version: TEXT_OR_NULL,
  bundle: { ...TEXT, description: 'Digest of the bundle that answered.' },
  reason: { ...TEXT, description: 'Why this engine.' },
  fallback: { ...TEXT_OR_NULL, description: 'Which engine should have answered, and why it did not.' },
};
/** Of a list that belongs to an experiment online. */
const EXPERIMENT: Schema = {
  ...object({
    id: TEXT,
    arm: { type: ['string', 'null'], enum: [...ARMS, null], description: 'Who made the list; null where both did.' },
    bundles: {
      ...object(Object.fromEntries(ARMS.map((arm) => [arm, TEXT])), ARMS),
      description: 'Digests of those that made it.',
    },
  }),
  description: 'The experiment online that the list belongs to; absent: none.',
};
const IDS = { type: 'array', items: TEXT } as const;

const LIST_FOR_USER = { user_id: TEXT, item_ids: IDS, ...ANSWER, experiment: EXPERIMENT };
export const RECOMMENDATION: Schema = object({ ...LIST_FOR_USER, request_id: TEXT }, ['experiment']);
export const USERS_FOR_ITEM: Schema = object({ item_id: TEXT, user_ids: IDS, ...ANSWER, request_id: TEXT });
export const SIMILAR_ITEMS: Schema = object({ item_id: TEXT, item_ids: IDS, ...ANSWER, request_id: TEXT });
export const BATCH_ANSWER: Schema = object({
  results: { type: 'array', items: object(LIST_FOR_USER, ['experiment']) },
  request_id: TEXT,
});
export const EVENTS_ANSWER: Schema = object({ accepted: COUNT, duplicates: COUNT, request_id: TEXT });
export const ERASED_ANSWER: Schema = object({ user_id: TEXT, erased: COUNT, request_id: TEXT });

export const additionAnswer = (side: 'user' | 'item'): Schema =>
  object({
    [`${side}_id`]: TEXT,
    result: { type: 'string', enum: ['added', 'replaced', 'unchanged'] },
    request_id: TEXT,
  });
export const erasedAdditionAnswer = (side: 'user' | 'item'): Schema =>
  object({ [`${side}_id`]: TEXT, erased: { type: 'boolean' }, request_id: TEXT });
export const HEALTH: Schema = object({ status: { type: 'string', const: 'ok' } });
export const READINESS: Schema = object({
  ready: { type: 'boolean' },
  model: TEXT_OR_NULL,
  model_version: TEXT_OR_NULL,
  bundle: TEXT,
  building: { ...TEXT_OR_NULL, description: 'Version that takes over once its bundle is built.' },
  experiment: { ...TEXT_OR_NULL, description: 'Id of the experiment online whose lists this server gives.' },
  degraded: { type: 'array', items: TEXT, description: 'What is not as it should be while this server answers.' },
});

const ERROR: Schema = object({
  error: object({ code: TEXT, message: TEXT, hint: TEXT }),
  request_id: TEXT,
});

const ERROR_MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is wrong: the message says where, what was given and what is expected.',
  401: 'No API key, or one that this server does not know.',
  403: 'The API key has not the scope.',
  404: 'There is no such address, or no such id.',
  408: 'The request did not arrive in time.',
  413: 'The body is too large.',
  417: 'The header Expect names something else than 100-continue.',
  429: 'Too many requests: wait as long as Retry-After says.',
  500: 'The server failed; its log says more under the request id.',
  503: 'Not at the moment: wait as long as Retry-After says.',
};

/** An answer by its status: the good one, and every refusal. */
export const answers = (good: Schema, description: string): Readonly<Record<string, Schema>> => ({
  200: { description, ...good },
  ...Object.fromEntries(
    Object.entries(ERROR_MEANINGS).map(([status, meaning]) => [status, { description: meaning, ...ERROR }]),
  ),
});
