import { printableJson } from '../contracts/printable.ts';
import type { Log } from '../services/index.ts';

/** One line of JSON on stderr, which is the log file of a detached process. */
export const logToStderr: Log = (level, message) => {
  process.stderr.write(`${printableJson({ time: new Date().toISOString(), level, message })}\n`);
};
