/** When servers last gave a list of an experiment, from the end of the log of impressions. */
import { open } from 'node:fs/promises';
import { isFileError } from '../../host/files/file-errors.ts';
import { IMPRESSION_LINES } from './impression-lines.ts';

/** Some lists of a hundred items with the longest ids. */
const TAIL_BYTES = 4 * 1024 * 1024;

/** ISO 8601, UTC; null where the log has none. Throws what the file system throws. */
export const readLastListAt = async (
  file: string,
  experimentId: string,
  tailBytes = TAIL_BYTES,
): Promise<string | null> => {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isFileError(error, 'ENOENT')) {
      return null;
    }
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, tailBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    // Only one experiment of a model runs at a time, so its latest lists are the last ones; what the cut has left of a line is none.
    const times = buffer
      .toString('utf8', 0, bytesRead)
      .split('\n')
      .flatMap((text) => {
        const line = IMPRESSION_LINES.parse(text);
        return line !== null && 'items' in line && line.experiment_id === experimentId ? line.at : [];
      });
    return times.reduce<string | null>((latest, at) => (latest === null || at > latest ? at : latest), null);
  } finally {
    await handle.close();
  }
};
