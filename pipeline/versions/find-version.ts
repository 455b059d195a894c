import { join } from 'node:path';
import { TtExpError } from '../../contracts/errors.ts';
import { listVersions, versionsFolder } from './list-versions.ts';

const MOST_NAMED = 5;

export interface FoundVersion {
  readonly version: string;
  readonly folder: string;
}

/** The version with this id, or the one whose id alone begins so. DATASET_NOT_FOUND names those that exist. */
export const findVersion = async (dataFolder: string, given: string): Promise<FoundVersion> => {
  const versions = (await listVersions(dataFolder)).map(({ version }) => version);
  const fitting = versions.filter((version) => version === given || version.startsWith(given));
  const [version] = fitting;
  if (version !== undefined && fitting.length === 1) {
    return { version, folder: join(versionsFolder(dataFolder), version) };
  }
  const named = (fitting.length > 1 ? fitting : versions).slice(0, MOST_NAMED);
  const others = (fitting.length > 1 ? fitting : versions).length - named.length;
  throw new TtExpError(
    'DATASET_NOT_FOUND',
    fitting.length > 1
      ? `"${given}" begins the ids of ${fitting.length} dataset versions, expected one`
      : `No dataset version "${given}" on this host, expected the id of one or its beginning`,
    {
      hint:
        named.length === 0
          ? 'There is none yet: `tt-exp run <config>` makes one.'
          : `Newest first: ${named.join(', ')}${others > 0 ? ` and ${others} more, see \`tt-exp data versions\`` : ''}.`,
      details: { version: given, known: versions },
    },
  );
};
