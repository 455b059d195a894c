/** From the logs of a server, of what users were shown and of what they did, to what became of each user. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '@duckdb/node-api';
import { isObject } from '../../contracts/is-object.ts';
import { ARMS, type Arm, type OnlineExperiment, type UserObservation } from '../../contracts/online-experiment.ts';
import type { OnlineLosses } from '../../contracts/online-losses.ts';
import { exists } from '../../host/files/file-errors.ts';
import { type Database, literalPattern, openDatabase } from '../duckdb/database.ts';
import { readSql, runSqlFile } from '../duckdb/sql-files.ts';
import { countHalfSurrogates } from './half-surrogates.ts';

const MEMORY_MEGABYTES = 1024;
const HOUR_MS = 3_600_000;

/** In their order. */
const STEPS = [
  '061_impressions',
  '062_shown_items',
  '063_first_pages',
  '064_observed_users',
  '065_online_events',
  '066_outcomes',
  '067_list_outcomes',
  '068_credits',
] as const;

export interface ObservationRequest {
  readonly experiment: Pick<OnlineExperiment, 'id' | 'mode' | 'attribution_hours' | 'started_at'>;
  /** NDJSON each. A file that is not there holds nothing. */
  readonly impressionsFile: string;
  readonly eventsFile: string;
  /** Types of events with a label above 0, as the bundles that made the lists have them. */
  readonly positiveTypes: (bundles: readonly string[]) => Promise<readonly string[]>;
  /** Whether a user's lists are of the experiment. */
  readonly takesPart: (userId: string) => boolean;
}

export interface Observations {
  /** Of every user with a list, in the order of their first ones. */
  readonly users: readonly UserObservation[];
  readonly losses: OnlineLosses;
}

const asArm = (value: Json | undefined): Arm | null => ARMS.find((arm) => arm === value) ?? null;

const interactionsOf = (text: Json | undefined): Readonly<Record<string, number>> => {
  const value: unknown = JSON.parse(String(text));
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([type, count]) => [type, Number(count)])) : {};
};

const observationOf = (row: Readonly<Record<string, Json>>, mode: OnlineExperiment['mode']): UserObservation => ({
  user_id: String(row.user_id),
  arm: asArm(row.arm),
  first_at_ms: Number(row.first_at_ms),
  lists: Number(row.lists),
  precision_at_10: Number(row.precision_at_10),
  interactions: interactionsOf(row.interactions),
  credit: { champion: Number(row.champion_credit), challenger: Number(row.challenger_credit) },
  ...(mode === 'interleave' ? { first_pick: asArm(row.first_pick) } : {}),
  ...(mode === 'shadow' ? { overlap_at_10: Number(row.overlap_at_10) } : {}),
});

const readLines = async (database: Database, table: string, file: string, parameter: string): Promise<void> => {
  if (await exists(file)) {
    await runSqlFile(database, `060_${table}`, { [parameter]: literalPattern(file) });
  } else {
    await database.run(`create ${table}`, `CREATE TEMP TABLE ${table} (json JSON, line BIGINT)`);
  }
};

/** The files may grow meanwhile: what is in them at the beginning counts. Throws as DuckDB and `positiveTypes` do. */
export const readObservations = async ({
  experiment,
  impressionsFile,
  eventsFile,
  positiveTypes,
  takesPart,
}: ObservationRequest): Promise<Observations> => {
  const database = await openDatabase({
    file: ':memory:',
    spillFolder: join(tmpdir(), 'tt-exp-spill'),
    memoryLimitMegabytes: MEMORY_MEGABYTES,
    threads: 1,
  });
  try {
    // The lists last: those that the events followed are there by then.
    await readLines(database, 'online_event_lines', eventsFile, 'events_file');
    await readLines(database, 'impression_lines', impressionsFile, 'impressions_file');
    const id = { experiment_id: experiment.id };
    const bundles = await database.rows('read the bundles', await readSql('069c_impression_bundles'), id);
    const parameters = {
      ...id,
      started_ms: Date.parse(experiment.started_at),
      attribution_ms: experiment.attribution_hours * HOUR_MS,
      positive_types: JSON.stringify(
        bundles.length === 0 ? [] : await positiveTypes(bundles.map(({ bundle }) => String(bundle))),
      ),
    };
    for (const step of STEPS) {
      await runSqlFile(database, step, parameters);
    }
    const rows = await database.rows('read the observations', await readSql('069a_observations'));
    const [losses = {}] = await database.rows('count what is lost', await readSql('069b_online_losses'), parameters);
    const unlisted = await database.rows('find events without a list', await readSql('069d_events_without_list'));
    const halves = async (file: string, damaged: number, after: Json | undefined, last: Json | undefined) =>
      damaged === 0 ? 0 : countHalfSurrogates(file, { after: Number(after), last: Number(last) });
    const [damagedLists, damagedEvents] = [Number(losses.damaged_impressions), Number(losses.damaged_events)];
    return {
      users: rows.map((row) => observationOf(row, experiment.mode)),
      losses: {
        lost_impressions: Number(losses.lost_impressions),
        damaged_impressions: damagedLists,
        damaged_events: damagedEvents,
        half_surrogates:
          (await halves(impressionsFile, damagedLists, losses.impressions_before, losses.impression_lines)) +
          (await halves(eventsFile, damagedEvents, losses.events_before, losses.event_lines)),
        early_events: Number(losses.early_events),
        events_without_list: unlisted
          .filter(({ user_id }) => takesPart(String(user_id)))
          .reduce((sum, { events }) => sum + Number(events), 0),
        voided: typeof losses.voided === 'string' ? losses.voided : null,
      },
    };
  } finally {
    database.close();
  }
};
