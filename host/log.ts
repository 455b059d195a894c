import { fstatSync, writeSync } from 'node:fs';
import type { Log } from '../contracts/log.ts';
import { printableJson } from '../contracts/printable.ts';

const STDERR = 2;

/** Lines that a full disk has refused since the last one that it took. */
let lostLines = 0;

const printableLine = (fields: object): string => `${printableJson({ time: new Date().toISOString(), ...fields })}\n`;

/** Not through the stream: its first failure would end the process, and later lines would be lost on a free disk too. */
const writeToFile = (text: string): boolean => {
  try {
    return writeSync(STDERR, text) === Buffer.byteLength(text);
  } catch {
    return false; // counted, and said with the next line that is taken
  }
};

/** One line of JSON on stderr, which is the log file of a detached process. Never throws; a full disk loses lines. */
export const logFields = (fields: object): void => {
  if (!fstatSync(STDERR).isFile()) {
    process.stderr.write(printableLine(fields));
    return;
  }
  // The line break ends what a full disk may have cut.
  const gap = printableLine({
    level: 'warn',
    message: `${lostLines} lines of this log were lost because the disk was full`,
  });
  if (lostLines > 0 && !writeToFile(`\n${gap}`)) {
    lostLines++;
  } else if (writeToFile(printableLine(fields))) {
    lostLines = 0;
  } else {
    lostLines++;
  }
};

export const logToStderr: Log = (level, message) => logFields({ level, message });
