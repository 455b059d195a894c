/** `data check`: the rules on a source's rows, and whatever else a run would stop at. */

import type { DataCheck, DataReport } from '../../contracts/data-report.ts';
import type { DataRequest } from '../../contracts/data-stages.ts';
import { joinBadRows } from '../../contracts/source-reading.ts';
import type { CountSink } from '../../contracts/work-count.ts';
import type { Database } from '../duckdb/database.ts';
import { openSource } from '../sources/open-source.ts';
import { refuseLowCoverage } from '../stages/coverage.ts';
import { type ExtractOutput, extract, surroundingsOf, tablesOf } from '../stages/extract.ts';
import { attachTables, type StageContext, type StageOutput, withDatabase } from '../stages/stage.ts';
import { planTexts, type TextOrigin } from '../text/text-plan.ts';
import { badRowChecks, refusalCheck, withChecks } from './bad-row-totals.ts';
import { checkData } from './check-data.ts';
import { BAD_ROW_CHECKS } from './check-rules.ts';

type Split = (request: DataRequest) => Promise<{ readonly splitted: StageOutput }>;
type Side = 'user' | 'item';

/** Checks whose rows the canonical tables name by ids of our own; the source knows file and line. */
const LOCATED: Readonly<Record<string, Side | 'type'>> = {
  'unknown-types': 'type',
  'unknown-users': 'user',
  'unknown-items': 'item',
};
const MOST_VALUES = 5;

/** What each of these checks has found, as texts of the source. */
const findValues = async (database: Database, { id, query }: DataCheck): Promise<readonly string[]> => {
  const field = LOCATED[id] === 'type' ? 'type' : `${LOCATED[id]}_id`;
  const rows = await database.rows(
    `look into ${id}`,
    `SELECT DISTINCT ${field} AS value FROM (${query}) ORDER BY value LIMIT ${MOST_VALUES}`,
  );
  return rows.map(({ value }) => String(value));
};

/** The check with places in the source as its examples, where the source knows them. */
const withPlaces = async (
  context: StageContext,
  request: DataRequest,
  check: DataCheck,
  values: readonly string[],
): Promise<DataCheck> => {
  const source = await openSource(request, surroundingsOf(context));
  const column = LOCATED[check.id];
  const places =
    column === undefined || source.locate === undefined
      ? []
      : await withDatabase(context, (database) => source.locate?.(database, column, values) ?? Promise.resolve([]));
  return places.length === 0 ? check : { ...check, examples: places };
};

/** Share of a side's entities of a dataset version that would have a text embedding; null for a side without texts. */
const countSide = async (database: Database, side: Side, origin: TextOrigin) => {
  const entities = side === 'user' ? 'users SEMI JOIN samples USING (user_id)' : 'items';
  const isCovered =
    origin === 'source'
      ? `${side}_id IN (SELECT ${side}_id FROM ${side}_embeddings WHERE embedding IS NOT NULL)`
      : "trim(coalesce(text, '')) <> ''";
  const [row] = await database.rows(
    `count the texts of ${side}s`,
    `SELECT count(*)::DOUBLE AS total, ${origin === null ? '0' : `(count(*) FILTER (${isCovered}))::DOUBLE`} AS covered
      FROM ${entities}`,
  );
  const total = Number(row?.total);
  return { total, share: origin === null ? null : Number(row?.covered) / Math.max(1, total) };
};

/** Does what a run does before it trains, but the embeddings themselves. Throws what the run would throw. */
const prepare = async (
  context: StageContext,
  request: DataRequest,
  extracted: ExtractOutput,
  toSplit: Split,
): Promise<void> => {
  const origins = planTexts(extracted.schema, request.data.text_encoder);
  const { splitted } = await toSplit({ ...request, extract: extracted.id, unread: extracted.bad });
  const own = (['user', 'item'] as const).filter((side) => origins[side] === 'source');
  const { user, item } = await withDatabase(context, async (database) => {
    await attachTables(database, extracted.folder, ['users', 'items', ...own.map((side) => `${side}_embeddings`)]);
    await attachTables(database, splitted.folder, ['samples']);
    return {
      user: await countSide(database, 'user', origins.user),
      item: await countSide(database, 'item', origins.item),
    };
  });
  refuseLowCoverage(
    {
      coverage: { user: user.share, item: item.share },
      users: user.total,
      items: item.total,
      text_encoder: origins,
    },
    request.data.min_coverage,
  );
};

/** @param onCount told how many checks are done */
export const checkSource = async (
  context: StageContext,
  given: DataRequest,
  toSplit: Split,
  onCount?: CountSink,
): Promise<DataReport> => {
  // The report tells of bad rows; it does not stop at them.
  const request = { ...given, data: { ...given.data, max_bad_rows: Number.MAX_SAFE_INTEGER } };
  const extracted = await extract(context, request);
  const { schema, rows, bad: unread } = extracted;
  const tables = Object.keys(tablesOf(extracted)).filter((table) => !table.endsWith('_factors'));
  const found = await withDatabase(context, async (database) => {
    await attachTables(database, extracted.folder, tables);
    const checked = await checkData(database, { data: given.data, schema, nowMs: context.now() }, unread, onCount);
    const checks: DataCheck[] = [];
    for (const check of checked.checks) {
      const isLocated = check.status === 'failed' && LOCATED[check.id] !== undefined;
      checks.push(isLocated ? await withPlaces(context, request, check, await findValues(database, check)) : check);
    }
    return { ...checked, checks };
  });
  const { bad, ...report } = found;
  const totals = badRowChecks(unread, joinBadRows(unread, bad), rows, given.data.max_bad_rows);
  const isUnusable = report.checks.some(
    ({ id, status, level }) => status === 'failed' && level === 'blocking' && !BAD_ROW_CHECKS.includes(id),
  );
  // Ids that are not unique, say: labelling would only repeat what the report says.
  const refusals = isUnusable
    ? []
    : await prepare(context, request, extracted, toSplit).then(
        () => [],
        (error: unknown) => [refusalCheck(error)],
      );
  return withChecks(report, [...refusals, ...totals]);
};
