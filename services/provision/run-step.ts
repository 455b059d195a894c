/** One program of what is provisioned: run to its end with all that it starts, and explained where it fails. */
import { TtExpError } from '../../contracts/errors.ts';
import { redactUrls } from '../../contracts/redact.ts';
import { interrupted } from '../../host/locks/with-lock.ts';
import { type CommandRequest, runCommand } from '../../host/processes/run-command.ts';

export interface ProvisionStep extends Pick<CommandRequest, 'command' | 'args' | 'env' | 'cwd'> {
  /** What is provisioned: the begin of an error's message. */
  readonly part: string;
  /** As in "interrupted while …". */
  readonly purpose: string;
  /** As the subject of "… failed". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** The line that names the cause; undefined: the last one. */
  readonly reasonOf: (lines: readonly string[]) => string | undefined;
  readonly hintFor: (lines: readonly string[]) => string;
}

const LONGEST_LINE = 300;
const KEPT_LINES = 20;

/** The lines of its output. Throws PROVISION_FAILED, INTERRUPTED. */
export const runProvisionStep = async ({
  part,
  purpose,
  what,
  signal,
  reasonOf,
  hintFor,
  ...command
}: ProvisionStep): Promise<readonly string[]> => {
  const result = await runCommand({
    ...command,
    endsWithChildren: true,
    ...(signal === undefined ? {} : { signal }),
  });
  if (signal?.aborted === true) {
    throw interrupted(purpose);
  }
  if (result.kind === 'exited' && result.code === 0) {
    return result.lines;
  }
  const lines = result.lines.map(redactUrls);
  const ended = result.kind === 'exited' ? `exit code ${result.code}` : result.reason;
  const got = reasonOf(lines) ?? lines.at(-1) ?? 'no output';
  throw new TtExpError('PROVISION_FAILED', `${part}: ${what} failed (${ended}: ${got.slice(0, LONGEST_LINE)})`, {
    hint: hintFor(lines),
    details: { lastLines: lines.slice(-KEPT_LINES) },
  });
};
