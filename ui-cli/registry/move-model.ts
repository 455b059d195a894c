/** `models promote`, `rollback` and `archive`: say what moves from where to where, ask, and let the model's owner do it. */
import { newRequestId } from '../../client/registry-client.ts';
import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { PlannedMove } from '../../contracts/model-catalogue.ts';
import { MESSAGE } from '../../contracts/names.ts';
import type { Aliases, RegistryRequest } from '../../contracts/registry-owner.ts';
import { confirm, requireAnswer } from '../command-line/ask.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printChange, printLines } from '../text/output.ts';
import { USUAL_WIDTH, wrapLine } from '../text/table.ts';
import { aliasesText } from './model-formats.ts';
import type { ModelCatalogue, RegistryRuntime } from './registry-runtime.ts';
import { withCatalogue } from './with-catalogue.ts';

export interface MoveOptions {
  readonly reason: string;
  readonly isYes: boolean;
  readonly isJson: boolean;
}

interface Move extends Pick<LedgerEntry, 'alias' | 'from' | 'to'> {
  readonly name: string;
  /** What moves from where to where, and what speaks against it. */
  readonly lines: readonly string[];
  readonly request: RegistryRequest;
}

type Moved = Pick<LedgerEntry, 'alias' | 'from' | 'to'> & {
  /** null where everything was so already. */
  readonly seq: number | null;
  readonly digest: string | null;
};

const named = (version: string | null): string => (version === null ? 'none' : `version ${version}`);

const movedLines = (name: string, { alias, from, to, seq }: Moved, aliases: Aliases): readonly string[] => {
  const move = alias === 'champion' ? `champion from ${named(from)} to ${named(to)}` : `${named(from)} out of use`;
  return [
    seq === null ? `${name}: nothing to do: it is so already` : `${name}: ${move}, record ${seq} of its ledger`,
    `${name}: ${aliasesText(aliases)}`,
  ];
};

/** The services must run before anybody is asked. */
const carryOut = (
  runtime: RegistryRuntime,
  { isYes, isJson }: MoveOptions,
  plan: (catalogue: ModelCatalogue) => Promise<Move>,
): Promise<number> => {
  const { io } = runtime;
  requireAnswer(io, isYes);
  return withPlatform(runtime, ({ registry }) =>
    withCatalogue(runtime, async (catalogue) => {
      const { name, lines, request, ...planned } = await plan(catalogue);
      // What will be refused is neither announced nor asked; what is so already needs no answer.
      const isMove = await catalogue.wouldMove(name, request);
      if (isMove) {
        const width = io.stderr.columns || USUAL_WIDTH;
        printLines(
          io.stderr,
          lines.flatMap((line) => wrapLine(line, width)),
        );
      }
      if (isMove && !isYes && !(await confirm(io, 'Do it?'))) {
        throw new TtExpError('MOVE_REFUSED', `${name}: nothing was moved, because the answer was no`);
      }
      const { entry, aliases } = await registry.ask(name, request);
      const { alias, from, to, seq, digest }: Moved = entry ?? { ...planned, seq: null, digest: null };
      const json = isJson ? { name, alias, from, to, seq, digest } : null;
      await printChange(io, json, movedLines(name, { alias, from, to, seq, digest }, aliases));
      return EXIT.done;
    }),
  );
};

/** What a person should know before they overrule the gate. */
const gateLines = ({ verdict, decidedBy, reasons }: PlannedMove): readonly string[] => {
  switch (verdict) {
    case 'rejected':
      return [`warning: ${decidedBy ?? 'the gate'} rejected it:`, ...reasons.map((reason) => `  ${reason}`)];
    case 'none':
      return ['warning: no gate has judged it'];
    default:
      return [];
  }
};

/** What cannot be loaded cannot serve either, however urgent the move is. */
const requireFiles = ({ name, version, problem }: PlannedMove): void => {
  if (problem !== null) {
    throw new TtExpError('MODEL_NOT_LOADING', `${MESSAGE.modelNotLoading}: ${name}/${version}: ${problem}`, {
      hint: `Restore the artifacts of its run from a backup, or promote another version: \`tt-exp models ${name}\` lists them.`,
    });
  }
};

const asked = (runtime: RegistryRuntime, kind: string, { reason }: MoveOptions) => {
  const { user } = runtime.environment();
  return { request: newRequestId(user, kind), actor: user, reason };
};

export const promoteModel = (runtime: RegistryRuntime, reference: string, options: MoveOptions): Promise<number> =>
  carryOut(runtime, options, async (catalogue) => {
    const planned = await catalogue.plan(reference);
    requireFiles(planned);
    const { name, version, evidence, gate } = planned;
    const { champion } = planned.aliases;
    return {
      ...{ name, alias: 'champion', from: champion, to: version },
      lines: [`${name}: champion from ${named(champion)} to ${named(version)}`, ...gateLines(planned)],
      request: {
        kind: 'promote',
        candidate: version,
        comparedWith: champion,
        supersedes: false,
        ...asked(runtime, 'promote', options),
        evidence: { ...evidence, compared_with: champion },
        ...(gate !== null && { verdict: gate }),
      },
    };
  });

export const rollBackModel = (runtime: RegistryRuntime, name: string, options: MoveOptions): Promise<number> =>
  carryOut(runtime, options, async (catalogue) => {
    const { champion, previous } = await catalogue.aliases(name);
    const planned = previous === null ? null : await catalogue.plan(`${name}/${previous}`);
    if (planned !== null) {
      requireFiles(planned);
    }
    return {
      ...{ name, alias: 'champion', from: champion, to: previous },
      lines: [
        `${name}: champion from ${named(champion)} back to ${previous === null ? 'what served before' : named(previous)}`,
        ...(planned === null ? [] : gateLines(planned)),
      ],
      request: {
        kind: 'rollback',
        comparedWith: champion,
        ...asked(runtime, 'rollback', options),
        evidence: { compared_with: champion },
      },
    };
  });

export const archiveModel = (runtime: RegistryRuntime, reference: string, options: MoveOptions): Promise<number> =>
  carryOut(runtime, options, async (catalogue) => {
    const { name, version, verdict, evidence } = await catalogue.plan(reference);
    return {
      ...{ name, alias: null, from: version, to: null },
      lines: [
        `${name}: version ${version} out of use: it cannot become champion or previous any more`,
        ...(verdict === 'awaiting_approval' ? ['warning: it awaits approval: archiving it rejects it'] : []),
      ],
      request: { kind: 'archive', version, ...asked(runtime, 'archive', options), evidence },
    };
  });
