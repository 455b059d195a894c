import { isObject } from '../contracts/is-object.ts';
import { readWholeJsonFile, writeJsonFile } from '../host/files/json-file.ts';
import { namesIn } from '../host/files/names-in.ts';
import { type ProcessIdentity, parseProcessIdentity } from '../host/processes/process-identity.ts';

/** What is remembered of a service between processes; outlives the service itself, so that its ports stay. */
export interface ServiceRecord {
  readonly format: 1;
  readonly name: string;
  readonly kind: 'temporal' | 'mlflow' | 'worker';
  /** Its first process, which leads a process group of its own; null when it was stopped. */
  readonly process: ProcessIdentity | null;
  readonly ports: Readonly<Record<string, number>>;
  readonly address: string | null;
  readonly uiUrl: string | null;
  readonly version: string | null;
  /** Digest of command, arguments and environment: another one means that it must be started anew. */
  readonly launchDigest: string;
  readonly startedAtMs: number;
  readonly logFile: string;
  /** Where in the log this start begins. */
  readonly logOffsetBytes: number;
}

const isPorts = (value: unknown): value is Record<string, number> =>
  isObject(value) && Object.values(value).every((port) => typeof port === 'number');

const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';

const parseRecord = (value: unknown): ServiceRecord | null => {
  if (!isObject(value) || value.format !== 1) {
    return null;
  }
  const { name, kind, ports, address, uiUrl, version, launchDigest, startedAtMs, logFile, logOffsetBytes } = value;
  return typeof name === 'string' &&
    (kind === 'temporal' || kind === 'mlflow' || kind === 'worker') &&
    isPorts(ports) &&
    isTextOrNull(address) &&
    isTextOrNull(uiUrl) &&
    isTextOrNull(version) &&
    typeof launchDigest === 'string' &&
    typeof startedAtMs === 'number' &&
    typeof logFile === 'string' &&
    typeof logOffsetBytes === 'number'
    ? {
        format: 1,
        name,
        kind,
        process: parseProcessIdentity(value.process),
        ports,
        address,
        uiUrl,
        version,
        launchDigest,
        startedAtMs,
        logFile,
        logOffsetBytes,
      }
    : null;
};

/** The record, or null where there is none that we can read: then the service's marker is what is left to find it. */
export const readRecord = async (file: string): Promise<ServiceRecord | null> =>
  parseRecord(await readWholeJsonFile(file));

export const writeRecord = (file: string, record: ServiceRecord): Promise<void> => writeJsonFile(file, record);

/** Every record in the folder, in order of name. */
export const readRecords = async (
  folder: string,
  fileOf: (name: string) => string,
): Promise<readonly ServiceRecord[]> => {
  const names = await namesIn(folder);
  const candidates = names.filter((name) => /^[a-z0-9-]+\.json$/.test(name)).map((name) => name.slice(0, -5));
  const records = await Promise.all(candidates.sort().map((name) => readRecord(fileOf(name))));
  return records.filter((record) => record !== null);
};
