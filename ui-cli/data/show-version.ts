/** `tt-exp data show`: everything about one dataset version. */

import type { VersionDetails } from '../../contracts/dataset-versions.ts';
import { EXIT } from '../../contracts/errors.ts';
import { describeSource } from '../../contracts/source-reading.ts';
import { withProgress } from '../display/progress.ts';
import { formatCount, formatPercent } from '../text/formats.ts';
import { labelTable, leftOutLines } from '../text/label-table.ts';
import { printJson, printLines } from '../text/output.ts';
import { section } from '../text/section.ts';
import { formatTable } from '../text/table.ts';
import { formatBytes, formatTime, settingLines } from './data-formats.ts';
import type { DataRuntime } from './data-runtime.ts';

export interface ShowOptions {
  readonly isVerified: boolean;
  readonly isJson: boolean;
}

const splitLines = ({ splits, samples }: VersionDetails['manifest']): readonly string[] =>
  formatTable(
    [{ title: 'part' }, { title: 'samples', align: 'right' }, { title: 'share', align: 'right' }],
    Object.entries(splits).map(([part, count]) => [
      part,
      formatCount(count),
      formatPercent(samples === 0 ? 0 : count / samples),
    ]),
  );

/** What the model gets of each side. */
const sideLines = ({ manifest }: VersionDetails): readonly string[] =>
  formatTable(
    [
      { title: 'side' },
      { title: 'rows', align: 'right' },
      { title: 'features', align: 'right' },
      { title: 'of them text', align: 'right' },
      { title: 'embedded by' },
      { title: 'coverage', align: 'right' },
    ],
    (['user', 'item'] as const).map((side) => {
      const coverage = manifest.coverage[side];
      return [
        side,
        formatCount(manifest[`${side}s`]),
        String(manifest.feature_dims[side]),
        String(manifest.text_dim[side]),
        manifest.text_encoder[side] ?? '–',
        coverage === null ? '–' : formatPercent(coverage),
      ];
    }),
  );

const originLines = ({ manifest, provenance }: VersionDetails): readonly string[] => [
  `source digest  ${manifest.source_digest}`,
  ...(provenance === null
    ? ['its origin and source files are not recorded here']
    : [
        `created        ${formatTime(provenance.created_at)} UTC`,
        `source         ${provenance.source === null ? (provenance.source_kind ?? 'not recorded') : describeSource(provenance.source)}`,
        ...leftOutLines({ leftOut: provenance.left_out }).map((line) => `left out       ${line}`),
        `git commit     ${provenance.git_commit ?? 'none'}`,
        `parent         ${provenance.parent_version ?? 'none'}`,
        `stages         ${Object.entries(provenance.stages)
          .flatMap(([stage, id]) => (id === null ? [] : [`${stage} ${id}`]))
          .join(', ')}`,
        ...provenance.source_files.map(
          ({ name, sha256, bytes }) =>
            `from           ${[name, bytes === undefined ? null : formatBytes(bytes), sha256 === undefined ? null : `sha256 ${sha256}`].filter((part) => part !== null).join('  ')}`,
        ),
      ]),
];

const fileLines = ({ files }: VersionDetails): readonly string[] =>
  formatTable(
    [{ title: 'file' }, { title: 'size', align: 'right' }, { title: 'state' }, { title: 'sha256' }],
    files.map(({ name, bytes, state, sha256 }) => [
      name,
      formatBytes(bytes),
      state === 'listed' ? 'not verified' : state,
      sha256,
    ]),
  );

const detailLines = (details: VersionDetails): readonly string[] => {
  const { manifest, folder, bytes } = details;
  return [
    `${manifest.version}: ${formatCount(manifest.samples)} samples, ${formatCount(manifest.users)} users, ${formatCount(manifest.items)} items`,
    `${folder} (${formatBytes(bytes)})`,
    ...section('Splits', splitLines(manifest)),
    ...section('Labels', labelTable(manifest)),
    ...section('Features', sideLines(details)),
    ...section('Origin', originLines(details)),
    ...section('Settings', settingLines(manifest.settings)),
    ...section('Files', fileLines(details)),
  ];
};

/** Exit code 65 when a file differs from its digest. */
export const showDataVersion = async (
  runtime: DataRuntime,
  version: string,
  { isVerified, isJson }: ShowOptions,
): Promise<number> => {
  const details = await withProgress(runtime, { name: 'show' }, async ({ begin }) => {
    begin(isVerified ? `verifying the files of ${version}` : `reading ${version}`);
    return (await runtime.dataVersions()).describe({ version, isVerified });
  });
  const damaged = details.files.filter(({ state }) => state === 'damaged');
  if (isJson) {
    printJson(runtime.io, { version: details.manifest.version, ...details });
  } else {
    printLines(runtime.io.stdout, detailLines(details));
  }
  printLines(runtime.io.stderr, [
    ...damaged.map(({ problem }) => `error: ${problem}`),
    ...(damaged.length === 0
      ? []
      : [`hint: Remove ${details.folder} and run the experiment again: it is rebuilt from its source.`]),
  ]);
  return damaged.length === 0 ? EXIT.done : EXIT.badData;
};
