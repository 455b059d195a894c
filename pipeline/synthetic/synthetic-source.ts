import { setImmediate } from 'node:timers/promises';
import { DuckDBTimestampValue, LIST, VARCHAR } from '@duckdb/node-api';
import { elementAt } from '../../contracts/element-at.ts';
import type { SyntheticSource } from '../../contracts/experiment-config.ts';
import { appendVectors } from '../duckdb/columns.ts';
import type { Database } from '../duckdb/database.ts';
import type { FieldSpec, SideSchema, Source, SourceSchema } from '../source.ts';
import { type SimulatedDeveloper, simulateDeveloper } from './developers.ts';
import { type StartupMatrix, simulateActivity, simulateEvents } from './engagements.ts';
import { AFFINITY_SCALE, createTextSpaces, FACTOR_DIM, LATENT_DIM, TEXT_DIM } from './latent.ts';
import { type SimulatedStartup, simulateStartup } from './startups.ts';

/** Raised whenever the same settings would give other rows. */
const GENERATOR_VERSION = 2;
const USE_CASE = 'developer_startup';
/** Entities made at a stretch; then whoever else waits for the event loop, say a heartbeat, has its turn. */
const ENTITIES_PER_TURN = 64;

const SKILLS: FieldSpec = { name: 'skills', kind: 'multi_categorical', width: 49 };
const REGION: FieldSpec = { name: 'region', kind: 'categorical', width: 7 };

/** Widths add up to 127 and, with the mask of the text embedding, to 128: 512 with the text. */
export const USER_FIELDS: readonly FieldSpec[] = [
  SKILLS,
  { name: 'interests', kind: 'multi_categorical', width: 13 },
  { name: 'role', kind: 'categorical', width: 11 },
  { name: 'seniority', kind: 'categorical', width: 6 },
  REGION,
  { name: 'availability', kind: 'categorical', width: 5 },
  { name: 'wanted_types', kind: 'multi_categorical', width: 6 },
  { name: 'wanted_stages', kind: 'multi_categorical', width: 6 },
  { name: 'languages', kind: 'multi_categorical', width: 10 },
  { name: 'goals', kind: 'multi_categorical', width: 12 },
  { name: 'years_experience', kind: 'numeric', transform: 'none' },
  { name: 'weekly_hours', kind: 'numeric', transform: 'none' },
];

/** Widths add up to 83 and, with the mask of the text embedding, to 84: 468 with the text. */
export const ITEM_FIELDS: readonly FieldSpec[] = [
  SKILLS,
  { name: 'industry', kind: 'categorical', width: 13 },
  { name: 'stage', kind: 'categorical', width: 6 },
  { name: 'type', kind: 'categorical', width: 6 },
  REGION,
  { name: 'team_size', kind: 'numeric', transform: 'log1p' },
  { name: 'funding_millions', kind: 'numeric', transform: 'log1p' },
];

const TABLES = [
  `CREATE TABLE all_users (user_id VARCHAR, name VARCHAR, bio VARCHAR, role VARCHAR, seniority VARCHAR, region VARCHAR,
    availability VARCHAR, skills VARCHAR[], interests VARCHAR[], wanted_types VARCHAR[], wanted_stages VARCHAR[],
    languages VARCHAR[], goals VARCHAR[], years_experience INTEGER, weekly_hours INTEGER)`,
  `CREATE TABLE all_items (item_id VARCHAR, name VARCHAR, pitch VARCHAR, industry VARCHAR, stage VARCHAR, type VARCHAR,
    region VARCHAR, skills VARCHAR[], team_size INTEGER, funding_millions DOUBLE)`,
  `CREATE TABLE interactions (interaction_id VARCHAR, user_id VARCHAR, item_id VARCHAR, type VARCHAR,
    occurred_at TIMESTAMP, use_case VARCHAR)`,
  `CREATE TABLE user_embeddings (user_id VARCHAR, embedding FLOAT[${TEXT_DIM}])`,
  `CREATE TABLE item_embeddings (item_id VARCHAR, embedding FLOAT[${TEXT_DIM}])`,
  `CREATE TABLE user_factors (user_id VARCHAR, factors FLOAT[${FACTOR_DIM}])`,
  `CREATE TABLE item_factors (item_id VARCHAR, factors FLOAT[${FACTOR_DIM}])`,
];

const loadStartups = async (
  database: Database,
  settings: Required<SyntheticSource>,
): Promise<StartupMatrix & { readonly ids: readonly string[] }> => {
  const texts = createTextSpaces().item;
  const table = await database.connection.createAppender('all_items');
  const embeddings = await appendVectors(database, 'item_embeddings', TEXT_DIM);
  const factors = await appendVectors(database, 'item_factors', FACTOR_DIM);
  const count = settings.startups;
  const places = new Float64Array(count * LATENT_DIM);
  const popularity = new Float64Array(count);
  const ids: string[] = [];
  const write = (startup: SimulatedStartup): void => {
    for (const text of [startup.id, startup.name, startup.pitch, startup.industry, startup.stage, startup.type]) {
      table.appendVarchar(text);
    }
    table.appendVarchar(startup.region);
    table.appendList(startup.skills, LIST(VARCHAR));
    table.appendInteger(startup.teamSize);
    table.appendDouble(startup.fundingMillions);
    table.endRow();
    if (startup.embedding !== null) {
      embeddings.append(startup.id, startup.embedding);
    }
    factors.append(startup.id, Float32Array.from([...startup.place, startup.popularity]));
  };
  for (let index = 0; index < count; index += 1) {
    if (index % ENTITIES_PER_TURN === 0) {
      await setImmediate();
    }
    const startup = simulateStartup(settings.seed, index, texts);
    write(startup);
    ids.push(startup.id);
    places.set(startup.place, index * LATENT_DIM);
    popularity[index] = startup.popularity;
  }
  table.closeSync();
  embeddings.close();
  factors.close();
  return { count, places, popularity, ids };
};

const loadDevelopers = async (
  database: Database,
  settings: Required<SyntheticSource>,
  startups: StartupMatrix & { readonly ids: readonly string[] },
): Promise<void> => {
  const texts = createTextSpaces().user;
  const table = await database.connection.createAppender('all_users');
  const interactions = await database.connection.createAppender('interactions');
  const embeddings = await appendVectors(database, 'user_embeddings', TEXT_DIM);
  const factors = await appendVectors(database, 'user_factors', FACTOR_DIM);
  const writeRow = (developer: SimulatedDeveloper): void => {
    const { id, name, bio, role, seniority, region, availability } = developer;
    for (const text of [id, name, bio, role, seniority, region, availability]) {
      table.appendVarchar(text);
    }
    const { skills, interests, wantedTypes, wantedStages, languages, goals } = developer;
    for (const list of [skills, interests, wantedTypes, wantedStages, languages, goals]) {
      table.appendList(list, LIST(VARCHAR));
    }
    table.appendInteger(developer.yearsExperience);
    table.appendInteger(developer.weeklyHours);
    table.endRow();
    if (developer.embedding !== null) {
      embeddings.append(id, developer.embedding);
    }
    factors.append(id, Float32Array.from([...developer.place.map((value) => AFFINITY_SCALE * value), 1]));
  };
  const activity = simulateActivity(settings.seed, settings.users, settings.interactions);
  let interactionCount = 0;
  for (const [index, engagements] of activity.entries()) {
    if (index % ENTITIES_PER_TURN === 0) {
      await setImmediate();
    }
    const developer = simulateDeveloper(settings.seed, index, texts);
    writeRow(developer);
    for (const event of simulateEvents(settings.seed, index, engagements, developer, startups)) {
      interactionCount += 1;
      interactions.appendVarchar(`e${String(interactionCount).padStart(10, '0')}`);
      interactions.appendVarchar(developer.id);
      interactions.appendVarchar(elementAt(startups.ids, event.itemIndex));
      interactions.appendVarchar(event.type);
      interactions.appendTimestamp(new DuckDBTimestampValue(BigInt(event.timeMs) * 1000n));
      interactions.appendVarchar(USE_CASE);
      interactions.endRow();
    }
  }
  for (const appender of [table, interactions]) {
    appender.closeSync();
  }
  embeddings.close();
  factors.close();
};

/** Name of the text of each side. */
export const TEXT_FIELD = { user: 'bio', item: 'pitch' } as const;

/** The canonical columns of one side; what else is generated, such as names, is for people who look at the files. */
const canonicalSql = (side: 'user' | 'item', fields: readonly FieldSpec[]): string => {
  const columns = fields.map(({ name, kind }) => {
    switch (kind) {
      case 'numeric':
        return `${name}::DOUBLE AS ${name}`;
      case 'multi_categorical':
        return `list_sort(list_distinct(${name})) AS ${name}`;
      default:
        return name;
    }
  });
  return `CREATE VIEW ${side}s AS SELECT ${side}_id, ${TEXT_FIELD[side]} AS text, ${columns.join(', ')} FROM all_${side}s`;
};

const sideOf = (fields: readonly FieldSpec[]): SideSchema => ({
  fields,
  hasText: true,
  embeddingDim: TEXT_DIM,
  hasId: false,
});

export const SYNTHETIC_SCHEMA: SourceSchema = { user: sideOf(USER_FIELDS), item: sideOf(ITEM_FIELDS) };

/**
 * The built-in data set: simulated developers and startups with a known truth. See docs for what is simulated. Beside
 * the canonical tables it leaves all_users and all_items, with names.
 */
export const createSyntheticSource = (settings: Required<SyntheticSource>): Source => ({
  kind: 'synthetic',
  identity: null,
  schema: SYNTHETIC_SCHEMA,
  hasFactors: true,
  contentKey: async () => ({ kind: 'synthetic', generator: GENERATOR_VERSION, ...settings }),
  load: async (database) => {
    for (const table of TABLES) {
      await database.run('create the tables of the synthetic source', table);
    }
    const startups = await loadStartups(database, settings);
    await loadDevelopers(database, settings, startups);
    await database.run('name the users', canonicalSql('user', USER_FIELDS));
    await database.run('name the items', canonicalSql('item', ITEM_FIELDS));
    return { problems: [], notes: [], origin: [] };
  },
});
