/** Who is champion by now, in a sentence. */
export const describeChampion = (version: string | null): string =>
  version === null ? 'There is no champion any more.' : `Version ${version} is champion by now.`;
