/** What a person reads of two versions' difference: what differs first, then the tables. */

import type { FeatureDrift, RowChange, VersionDiff } from '../../contracts/dataset-versions.ts';
import { formatCount, formatMetric, formatPercent } from '../text/formats.ts';
import { section } from '../text/section.ts';
import { type Column, formatTable } from '../text/table.ts';

const right = (title: string): Column => ({ title, align: 'right' });

type Compared = Extract<FeatureDrift, { status: 'compared' }>;

const isCompared = (feature: FeatureDrift): feature is Compared => feature.status === 'compared';

const nameOf = ({ side, feature }: FeatureDrift): string => `${side}.${feature}`;

const rowVerdict = (name: string, { added, removed, common }: RowChange, more: string): string =>
  (added > 0 || removed > 0
    ? `${name}: ${formatCount(added)} added, ${formatCount(removed)} removed, ${formatCount(common)} in common`
    : `${name}: all ${formatCount(common)} in common`) + more;

const entityVerdict = (name: string, change: VersionDiff['rows']['users']): string =>
  rowVerdict(name, change, change.changed > 0 ? `, of which ${formatCount(change.changed)} changed` : '');

/** One line each for rows, labels, features and settings. Pure. */
const verdictLines = ({ rows, labels, features, settings }: VersionDiff): readonly string[] => {
  const { samples, users, items } = rows;
  const compared = features.filter(isCompared);
  const drifted = compared.filter(({ is_drifted }) => is_drifted);
  return [
    rowVerdict('samples', samples, samples.moved > 0 ? `, of which ${formatCount(samples.moved)} in another part` : ''),
    entityVerdict('users', users),
    entityVerdict('items', items),
    labels.shift?.is_drifted === true
      ? `labels: shifted beyond chance (PSI ${formatMetric(labels.shift.psi)}, threshold ${formatMetric(labels.shift.threshold)})`
      : 'labels: no shift beyond chance',
    drifted.length === 0
      ? `features: none of ${compared.length} drifted beyond chance`
      : `features: ${drifted.length} of ${compared.length} drifted beyond chance: ${drifted.map(nameOf).join(', ')}`,
    settings.length === 0 ? 'settings: equal' : `settings: different in ${settings.map(({ path }) => path).join(', ')}`,
  ];
};

const rowLines = ({ rows }: VersionDiff): readonly string[] =>
  formatTable(
    [{ title: 'rows' }, right('A'), right('B'), right('added'), right('removed'), right('common'), right('changed')],
    [
      { name: 'samples', change: rows.samples, other: `${formatCount(rows.samples.moved)} moved` },
      { name: 'events', change: rows.events, other: `${formatCount(rows.events.moved)} moved` },
      { name: 'pairs', change: rows.pairs, other: '' },
      { name: 'users', change: rows.users, other: formatCount(rows.users.changed) },
      { name: 'items', change: rows.items, other: formatCount(rows.items.changed) },
    ].map(({ name, change, other }) => [
      name,
      ...[change.a, change.b, change.added, change.removed, change.common].map(formatCount),
      other,
    ]),
  );

const points = (a: number, b: number): string => {
  const text = Math.abs((b - a) * 100).toFixed(1);
  return text === '0.0' ? text : `${b < a ? '−' : '+'}${text}`;
};

const labelLines = ({ labels: { shares, shift } }: VersionDiff): readonly string[] => [
  ...formatTable(
    [{ title: 'label' }, right('A'), right('B'), right('points')],
    shares.map(({ label, a, b }) => [label, formatPercent(a), formatPercent(b), points(a, b)]),
  ),
  ...(shift === null
    ? []
    : [
        `chi-square ${shift.chi_square.toFixed(1)} with ${shift.bins - 1} degrees of freedom, p ${shift.p_value < 0.0001 ? '< 0.0001' : `= ${formatMetric(shift.p_value)}`}`,
      ]),
];

const movedText = ({ moved }: Compared): string =>
  moved.map(({ bin, a, b }) => `${bin}: ${formatPercent(a)} → ${formatPercent(b)}`).join('; ');

const featureLines = ({ features }: VersionDiff): readonly string[] => [
  ...formatTable(
    [
      { title: 'feature' },
      { title: 'kind' },
      right('PSI'),
      right('threshold'),
      right('bins'),
      { title: 'drift' },
      { title: 'moved most' },
    ],
    features.map((feature) =>
      isCompared(feature)
        ? [
            nameOf(feature),
            feature.kind,
            formatMetric(feature.psi),
            formatMetric(feature.threshold),
            String(feature.bins),
            feature.is_drifted ? 'yes' : 'no',
            movedText(feature),
          ]
        : [nameOf(feature), feature.kind, '–', '–', '–', '–', feature.reason],
    ),
  ),
  'threshold: without drift, 1 comparison in 100 exceeds it',
];

const settingText = (value: unknown): string => (value === undefined ? 'not there' : JSON.stringify(value));

const settingLines = ({ settings }: VersionDiff): readonly string[] =>
  settings.map(({ path, a, b }) => `${path}: ${settingText(a)} → ${settingText(b)}`);

export const diffLines = (diff: VersionDiff): readonly string[] => {
  if (diff.a === diff.b) {
    return [`both are ${diff.a}: nothing differs`];
  }
  return [
    `${diff.a} (A) and ${diff.b} (B)`,
    ...verdictLines(diff).map((line) => `  ${line}`),
    ...section('Rows', rowLines(diff)),
    ...section('Labels, share of all samples', labelLines(diff)),
    ...section('Features', diff.features.length === 0 ? [] : featureLines(diff)),
    ...section('Settings', settingLines(diff)),
  ];
};
