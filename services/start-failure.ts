import { statfs } from 'node:fs/promises';
import { TtExpError } from '../contracts/errors.ts';
import type { ServiceReport } from './service-report.ts';

export const isDiskFull = (text: string): boolean =>
  /No space left on device|ENOSPC|disk is full|disk full|Disk quota exceeded|EDQUOT/i.test(text);

const LEAST_FREE_BYTES = 1024 * 1024;

/** What a service that failed could not write into its log, where the disk is full; nothing where it is not. */
export const fullDiskNote = async (folder: string): Promise<readonly string[]> => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize < LEAST_FREE_BYTES ? [`No space left on device (${folder})`] : [];
  } catch {
    return []; // a folder that is gone has another trouble
  }
};

/** Remedy for a service that does not start or stay up, from its last log lines. */
export const remedyFor = (lines: readonly string[], logFile: string, folder: string): string => {
  const text = lines.join('\n');
  if (isDiskFull(text)) {
    return `Free space on the disk that holds ${folder}, then run \`tt-exp up\`.`;
  }
  if (/address already in use|EADDRINUSE/i.test(text)) {
    return 'Another program took the port; run `tt-exp up` again, and a free one will be chosen.';
  }
  if (/permission denied|EACCES|readonly database|read-only file system|EROFS/i.test(text)) {
    return `Make ${folder} writable, or set TT_EXP_HOME to a writable folder, then run \`tt-exp up\`.`;
  }
  if (/malformed|not a database|Can't locate revision/i.test(text)) {
    return `The database below ${folder} can't be read by this version: restore a copy of it, or move it away and run \`tt-exp up\`.`;
  }
  if (/no such table/i.test(text)) {
    return `A database below ${folder} was never finished, or is another program's: move it away and run \`tt-exp up\`.`;
  }
  if (/in another container/.test(text)) {
    return "Stop this home's services in that container, then run `tt-exp up`.";
  }
  if (/ENOENT/.test(text)) {
    return 'Run `tt-exp up` again: it installs what is missing.';
  }
  return `Read ${logFile}, fix what it reports, then run \`tt-exp up\`.`;
};

/** The error that a caller waiting for this service gets. */
export const toStartError = (name: string, report: ServiceReport, logFile: string): TtExpError =>
  new TtExpError('SERVICE_START_FAILED', `${name}: does not stay up (${report.lastError ?? 'no reason known'})`, {
    hint: report.remedy ?? `Read ${logFile}.`,
    details: { service: name, logFile, restarts: report.restarts },
  });
