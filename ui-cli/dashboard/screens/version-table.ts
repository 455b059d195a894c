/** The versions of a registered model as a table. */
import type { CatalogueVersion } from '../../../contracts/model-catalogue.ts';
import { formatAge, formatMegabytes, verdictText } from '../../registry/model-formats.ts';
import { formatMetric } from '../../text/formats.ts';
import type { Role } from '../core/line.ts';
import type { Table } from '../table/table.ts';

const verdictRole = ({ verdict, isArchived }: CatalogueVersion): Role | undefined => {
  if (isArchived) {
    return 'dim';
  }
  switch (verdict) {
    case 'promoted':
      return 'done';
    case 'rejected':
      return 'bad';
    case 'awaiting_approval':
      return 'warn';
    default:
      return undefined;
  }
};

export const versionTable = (nowMs: number): Table<CatalogueVersion> => {
  const ageMs = ({ createdAtMs }: CatalogueVersion): number => nowMs - createdAtMs;
  return {
    name: 'versions',
    idOf: ({ version }) => version,
    columns: [
      { name: 'version', align: 'right', text: ({ version }) => version, value: ({ version }) => Number(version) },
      { name: 'aliases', text: ({ aliases }) => aliases.join(', '), worth: 80 },
      { name: 'verdict', text: verdictText, role: verdictRole, worth: 70 },
      {
        name: 'NDCG@10',
        align: 'right',
        text: ({ ndcgAt10 }) => formatMetric(ndcgAt10),
        value: ({ ndcgAt10 }) => ndcgAt10,
        worth: 60,
      },
      {
        name: 'MB',
        align: 'right',
        text: ({ bytes }) => formatMegabytes(bytes),
        value: ({ bytes }) => bytes,
        worth: 40,
      },
      { name: 'age', align: 'right', text: (version) => formatAge(ageMs(version)), value: ageMs, worth: 50 },
    ],
  };
};
