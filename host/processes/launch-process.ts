import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { canonicalJson } from '../../contracts/canonical-json.ts';
import { TtExpError } from '../../contracts/errors.ts';
import { openLifeline } from './lifeline.ts';
import { type OpenedLog, openLog } from './log-file.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';
import { SERVICE_MARKER } from './process-members.ts';
import type { Variables } from './variables.ts';

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Working folder; the home folder where none is given. */
  readonly cwd?: string;
  /** Set on top of what is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Inherited variables whose name starts so are left out. */
  readonly dropEnv: readonly string[];
}

export interface LaunchRequest {
  readonly name: string;
  readonly launch: Launch;
  readonly marker: string;
  readonly environment: Variables;
  /** Working folder unless the launch names one; made where it is missing. */
  readonly folder: string;
  readonly logFile: string;
  /** Made for the process to keep: another container sees by it that the process lives. None where it is absent. */
  readonly lifelineFile?: string;
  readonly nowMs: number;
}

export interface Launched {
  readonly identity: ProcessIdentity;
  readonly logOffsetBytes: number;
}

export const launchDigest = (launch: Launch): string =>
  createHash('sha256').update(canonicalJson(launch)).digest('hex').slice(0, 16);

/** The environment of a started process: what is inherited, less what it must not see, plus its own, plus the marker. */
export const launchEnvironment = ({
  launch,
  environment,
  marker,
}: Pick<LaunchRequest, 'launch' | 'environment' | 'marker'>): Variables => ({
  ...Object.fromEntries(
    Object.entries(environment).filter(([name]) => !launch.dropEnv.some((prefix) => name.startsWith(prefix))),
  ),
  ...launch.env,
  [SERVICE_MARKER]: marker,
});

/** Starts a process that outlives us, in a session of its own, writing to its log. Throws SERVICE_START_FAILED. */
export const launchProcess = async (request: LaunchRequest): Promise<Launched> => {
  const { name, launch, folder, logFile, lifelineFile, nowMs } = request;
  await mkdir(folder, { recursive: true });
  const log = await openLog(logFile, `--- ${name} started ${new Date(nowMs).toISOString()}`);
  const lifeline =
    lifelineFile === undefined ? null : await openLifeline(`${lifelineFile}.${randomUUID().slice(0, 8)}`);
  try {
    const pid = await spawnDetached(request, log.output, lifeline === null ? [] : [lifeline.fd]);
    const identity = identifyProcess(pid);
    if (identity === null) {
      throw new Error('exited at once');
    }
    if (lifelineFile !== undefined) {
      await lifeline?.handOn(lifelineFile);
    }
    return { identity, logOffsetBytes: log.offsetBytes };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TtExpError('SERVICE_START_FAILED', `${name}: ${launch.command} could not be started (${reason})`, {
      hint: `Read ${logFile}; run \`tt-exp doctor\` to see which part is missing.`,
      cause,
    });
  } finally {
    await lifeline?.close();
    await log.close();
  }
};

const spawnDetached = (
  request: LaunchRequest,
  output: OpenedLog['output'],
  inherited: readonly number[],
): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(request.launch.command, [...request.launch.args], {
      cwd: request.launch.cwd ?? request.folder,
      detached: true,
      env: { ...launchEnvironment(request) },
      stdio: ['ignore', output, output, ...inherited],
    });
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      resolve(child.pid ?? -1);
    });
  });
