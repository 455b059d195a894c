/** Does a bundle serve what was judged, and if not, what does that look like? */
import type {
  Blessing,
  BlessingEvidence,
  BlessingFault,
  RowComparison,
  ServedLists,
} from '../../contracts/blessing.ts';
import type { SearchFacts } from '../../contracts/bundle.ts';

/** Of means of float32 scores: rounding alone stays far below. */
const EXACT_BOUND = 1e-6;
/** Beside what an index states: its recall is that of 200 users, and other users have another. */
const INDEX_NDCG_SLACK = 0.005;
const INDEX_RECALL_SLACK = 0.02;
/** Two machines may order scores that are nearly equal in two ways. */
const EVALUATION_BOUND = 1e-4;

const BYTES_PER_MEGABYTE = 1_000_000;

/** Largest accepted difference in NDCG@10. */
export const blessingBound = (search: SearchFacts): number =>
  search.kind === 'exact' ? EXACT_BOUND : 1 - search.recall_at_10 + INDEX_NDCG_SLACK;

const four = (value: number): string => value.toFixed(4);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

type Finding = readonly [BlessingFault, string];

const hasMoved = ({ missing, moved, scaled, other }: RowComparison): boolean =>
  missing > 0 || (moved > 0 && moved >= Math.max(scaled, other));

const isScaled = ({ moved, scaled, other }: RowComparison): boolean => scaled > Math.max(moved, other);

/** What the bundle's own files say, whatever it is asked. */
const inFiles = ({
  isOwnEncoder,
  isOwnModel,
  isNormalisationAgreed,
  users,
  items,
}: BlessingEvidence): Finding | null => {
  if (!isOwnEncoder) {
    return ['encoder', 'its encoder is of another version than the candidate was trained with'];
  }
  const sides = [
    ['users', users],
    ['items', items],
  ] as const;
  const found = (is: (rows: RowComparison) => boolean) =>
    sides.flatMap(([name, rows]) =>
      rows !== null && is(rows)
        ? [
            `${rows.missing + rows.different} of ${rows.rows} ${name}${rows.example === null ? '' : `: ${rows.example}`}`,
          ]
        : [],
    );
  const moved = found(hasMoved);
  if (moved.length > 0) {
    return ['ids_shifted', `ids and vectors do not belong together (${moved.join('; ')})`];
  }
  const scaled = found(isScaled);
  if (scaled.length > 0 || !isNormalisationAgreed) {
    const what = scaled.length > 0 ? scaled.join('; ') : 'bundle and model say differently whether they are normalised';
    return ['normalisation', `vectors have other lengths than the model gives them (${what})`];
  }
  const other = found(({ different }) => different > 0);
  if (other.length > 0) {
    const whose = 'of another model, or of an encoder of another version';
    return ['vectors', `vectors are not those of the candidate, but ${whose} (${other.join('; ')})`];
  }
  return isOwnModel ? null : ['vectors', 'it was built from another model than the candidate'];
};

/** @returns why the lists are not those that were judged */
const inLists = ({ search }: BlessingEvidence, served: ServedLists): Finding | null => {
  const { differing, users, first, recall } = served;
  const difference = Math.abs(served.ndcg - served.evaluatedNdcg);
  const bound = blessingBound(search) + served.tieDifference;
  const numbers = `served NDCG@10 ${four(served.ndcg)}, evaluated ${four(served.evaluatedNdcg)}`;
  const where =
    first === null
      ? ''
      : `; first: ${first.user_id} at place ${first.place} gets ${first.served ?? 'nothing'} in place of ${first.evaluated ?? 'nothing'}`;
  if (served.notByModel > 0) {
    return ['unexplained', `${served.notByModel} users with a vector are not answered by the model${where}`];
  }
  const lists = `${differing} of ${users} lists differ, ${numbers}${where}`;
  if (served.withMetItems > 0) {
    return ['history', `${served.withMetItems} users are served items that they met before the test part (${lists})`];
  }
  if (search.kind === 'index') {
    const stated = search.recall_at_10;
    const isStale = recall < stated - INDEX_RECALL_SLACK || difference > bound;
    return isStale
      ? [
          'stale_index',
          `the index finds ${percent(recall)} of the first ten, stated are ${percent(stated)}: it looks like the index of other vectors (${lists})`,
        ]
      : null;
  }
  return differing > 0 || difference > bound ? ['unexplained', lists] : null;
};

/** @returns why the index of content is not the one that was measured */
const inContent = ({ contentRecall }: BlessingEvidence): Finding | null =>
  contentRecall === null || contentRecall.found >= contentRecall.stated - INDEX_RECALL_SLACK
    ? null
    : [
        'stale_index',
        `the index of content finds ${percent(contentRecall.found)} of the first ten, stated are ${percent(contentRecall.stated)}: it looks like the index of other content`,
      ];

const diagnose = (evidence: BlessingEvidence): Finding | null => {
  const { served, evaluated, offline, p99BoundMs } = evidence;
  const files = inFiles(evidence);
  if (files !== null) {
    return files;
  }
  if (served.kind === 'refused') {
    return ['does_not_serve', served.reason];
  }
  if (Math.abs(evaluated - offline) > EVALUATION_BOUND) {
    return [
      'evaluation_differs',
      `the candidate's files rank otherwise than they did: NDCG@10 ${four(offline)} now, ${four(evaluated)} when it was evaluated`,
    ];
  }
  const differing = inLists(evidence, served) ?? inContent(evidence);
  if (differing !== null) {
    return differing;
  }
  return served.p99Ms > p99BoundMs
    ? ['too_slow', `99 % of requests are answered within ${served.p99Ms.toFixed(1)} ms, allowed are ${p99BoundMs} ms`]
    : null;
};

/** `two_tower 70, content 10`: without the engines that answered nobody. */
export const describeEngines = (engines: ServedLists['engines']): string =>
  Object.entries(engines)
    .filter(([, users]) => users > 0)
    .map(([name, users]) => `${name} ${users}`)
    .join(', ');

const agreement = (served: ServedLists): string =>
  `a server answers ${served.users} test users as evaluated: NDCG@10 ${four(served.ndcg)} over HTTP, ` +
  `${four(served.productionNdcg)} as in production (${describeEngines(served.engines)}), 99 % of requests within ${served.p99Ms.toFixed(1)} ms` +
  (served.withoutVector === 0 ? '' : `; ${served.withoutVector} more have no vector and get other lists`);

export const diagnoseBlessing = (evidence: BlessingEvidence): Blessing => {
  const { bundle, bytes, search, evaluated, served, p99BoundMs } = evidence;
  const lists = served.kind === 'answered' ? served : null;
  const [outcome, reason] = diagnose(evidence) ?? ['agrees', lists === null ? '' : agreement(lists)];
  return {
    ...{ outcome, reason, bundle },
    bundle_mb: Number((bytes / BYTES_PER_MEGABYTE).toFixed(3)),
    search: search.kind,
    evaluated_ndcg_at_10: evaluated,
    served_ndcg_at_10: lists?.ndcg ?? null,
    production_ndcg_at_10: lists?.productionNdcg ?? null,
    ...(lists === null ? {} : { engines: lists.engines }),
    users: lists?.users ?? null,
    differing_users: lists?.differing ?? null,
    p99_ms: lists === null ? null : Number(lists.p99Ms.toFixed(2)),
    p99_bound_ms: p99BoundMs,
    difference: lists === null ? null : Math.abs(lists.ndcg - lists.evaluatedNdcg),
    bound: blessingBound(search) + (lists?.tieDifference ?? 0),
    first_difference: lists?.first ?? null,
  };
};

/** Where nothing could be measured. */
export const notBlessed = (
  reason: string,
  { evaluated, p99BoundMs }: Pick<BlessingEvidence, 'evaluated' | 'p99BoundMs'>,
): Blessing => ({
  ...{ outcome: 'could_not_be_blessed', reason, bundle: null, bundle_mb: null, search: null },
  ...{ evaluated_ndcg_at_10: evaluated, served_ndcg_at_10: null, production_ndcg_at_10: null, users: null },
  ...{ differing_users: null, p99_ms: null, p99_bound_ms: p99BoundMs, difference: null, bound: EXACT_BOUND },
  first_difference: null,
});
