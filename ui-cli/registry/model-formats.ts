/** How ages, sizes and aliases of versions are written for people, and their fields for scripts. */
import type { CatalogueModel, CatalogueVersion } from '../../contracts/model-catalogue.ts';
import type { Aliases } from '../../contracts/registry-owner.ts';

const BYTES_PER_MEGABYTE = 1_000_000;

/** Unit and how many seconds it has; an age is given in the largest one that fits. */
const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** `4 d`, `23 h`, `5 min`, `0 s` */
export const formatAge = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? ['s', 1];
  return `${Math.floor(seconds / size)} ${unit}`;
};

/** `12.3`, `0.04`; a dash where it is not known. */
export const formatMegabytes = (bytes: number | null): string => {
  const megabytes = (bytes ?? 0) / BYTES_PER_MEGABYTE;
  return bytes === null ? '–' : megabytes.toFixed(megabytes < 1 ? 2 : 1);
};

type Judged = Pick<CatalogueVersion, 'verdict' | 'decidedBy' | 'isArchived' | 'challengerSince'>;

const decidedText = ({ verdict, decidedBy, challengerSince = null }: Judged): string => {
  switch (verdict) {
    case 'rejected':
      return `rejected by ${decidedBy ?? 'the gate'}`;
    case 'promoted':
      return decidedBy === null ? 'promoted' : `promoted by ${decidedBy}`;
    case 'none':
      return challengerSince === null ? '–' : `challenger since ${challengerSince.slice(0, 10)}`;
    default:
      return verdict.replaceAll('_', ' ');
  }
};

/** `rejected by the gate`, `promoted by ana`, `archived, superseded`. */
export const verdictText = (judged: Judged): string =>
  judged.isArchived
    ? ['archived', ...(judged.verdict === 'none' ? [] : [decidedText(judged)])].join(', ')
    : decidedText(judged);

/** `champion 3, previous 2`; `no champion`. */
export const aliasesText = ({ champion, challenger, previous }: Aliases): string =>
  [
    champion === null ? 'no champion' : `champion ${champion}`,
    ...(challenger === null ? [] : [`challenger ${challenger}`]),
    ...(previous === null ? [] : [`previous ${previous}`]),
  ].join(', ');

export const danglingText = ({ alias, version }: CatalogueModel['dangling'][number]): string =>
  `the alias ${alias} names version ${version}, which was deleted: it counts as none`;

export const versionJson = (version: CatalogueVersion): object => ({
  version: version.version,
  aliases: version.aliases,
  run_id: version.runId,
  dataset_version: version.datasetVersion,
  ndcg_at_10: version.ndcgAt10,
  size_mb: version.bytes === null ? null : version.bytes / BYTES_PER_MEGABYTE,
  created_at: new Date(version.createdAtMs).toISOString(),
  verdict: version.verdict,
  decided_by: version.decidedBy,
  archived: version.verdict === 'unknown' ? null : version.isArchived,
  bundle: version.bundle,
});

export const modelJson = ({ name, aliases, versions }: CatalogueModel): object => ({
  name,
  aliases,
  versions: versions.map(versionJson),
});
