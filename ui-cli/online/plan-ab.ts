/** An experiment online as a person asks for it: checked before anybody is asked. */
import { randomUUID } from 'node:crypto';
import { TtExpError } from '../../contracts/errors.ts';
import { onlineExperimentId } from '../../contracts/ids.ts';
import type { PlannedMove } from '../../contracts/model-catalogue.ts';
import type { OnlineArm, OnlineMode } from '../../contracts/online-experiment.ts';
import { DEFAULT_ONLINE_SETTINGS } from '../../contracts/online-report.ts';
import type { OnlineExperimentInput, OnWin } from '../../contracts/online-steps.ts';
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import { shareProblem } from '../../policy/online/share-bounds.ts';
import type { ModelCatalogue } from '../registry/registry-runtime.ts';

export interface OnlinePlanRequest {
  readonly model: string;
  /** null: the alias. */
  readonly challenger: string | null;
  readonly mode: OnlineMode;
  /** Of the users, 0 to 1. */
  readonly share: number;
  readonly attributionMs: number;
  readonly maxDays: number;
  readonly minUsers: number;
  readonly onWin: OnWin;
  readonly reason: string;
}

const HOUR_MS = 3_600_000;

const refused = (message: string, hint: string): TtExpError => new TtExpError('MOVE_REFUSED', message, { hint });

const armOf = ({ name, version, evidence, problem }: PlannedMove): OnlineArm => {
  const { run_id } = evidence;
  if (problem !== null || run_id === undefined) {
    throw new TtExpError('MODEL_NOT_LOADING', `${name}/${version}: ${problem ?? 'no run says what its files are'}`, {
      hint: 'Restore the artifacts of its run from a backup, or try another version.',
    });
  }
  return { version, run_id };
};

const challengerOf = async (
  catalogue: ModelCatalogue,
  { model, challenger }: OnlinePlanRequest,
  alias: string | null,
): Promise<PlannedMove> => {
  if (challenger === null && alias === null) {
    throw new TtExpError('USAGE', `model ${model}: no version is challenger, expected --challenger`, {
      hint: `--challenger ${model}/<version> names any but the champion. \`tt-exp models ${model}\` lists its versions.`,
    });
  }
  const reference = challenger ?? `${model}/${alias}`;
  const planned = await catalogue.plan(/^\d+$/.test(reference) ? `${model}/${reference}` : reference);
  if (planned.name !== model) {
    throw new TtExpError(
      'USAGE',
      `--challenger: got ${planned.name}/${planned.version}, expected a version of ${model}`,
      {
        hint: `\`tt-exp models ${model}\` lists its versions.`,
      },
    );
  }
  return planned;
};

export interface PlannedOnline {
  readonly input: OnlineExperimentInput;
  /** It has the alias before it begins, as after an experiment that it won. */
  readonly isChallengerAlready: boolean;
}

/** Throws USAGE, MOVE_REFUSED, MODEL_NOT_FOUND, MODEL_NOT_LOADING. */
export const planOnline = async (
  catalogue: ModelCatalogue,
  request: OnlinePlanRequest,
  { actor, nowMs }: { readonly actor: string; readonly nowMs: number },
): Promise<PlannedOnline> => {
  const { model, mode, share, reason } = request;
  const expected = shareProblem(mode, share);
  if (expected !== null) {
    throw new TtExpError('USAGE', `--share: got ${share}, expected ${expected}`, { hint: 'For example: --share 0.5' });
  }
  const aliases = await catalogue.aliases(model);
  if (aliases.champion === null) {
    throw refused(`model ${model}: it has no champion`, 'Promote a version with `tt-exp models promote`.');
  }
  const planned = await challengerOf(catalogue, request, aliases.challenger);
  if (planned.version === aliases.champion) {
    throw refused(`model ${model}: version ${planned.version} is champion`, 'Name another version with --challenger.');
  }
  const challenger = armOf(planned);
  const champion = armOf(await catalogue.plan(`${model}/${aliases.champion}`));
  const started_at = new Date(nowMs).toISOString();
  const id = onlineExperimentId(started_at, randomUUID());
  const asked: RegistryRequest = {
    ...{ kind: 'challenge', candidate: challenger.version, comparedWith: champion.version, request: `${id}/plan` },
    ...{ actor, reason, evidence: { run_id: challenger.run_id } },
  };
  await catalogue.foreseeMove(model, asked);
  const input: OnlineExperimentInput = {
    experiment: {
      ...{ format: 1, id, model, mode, share, champion, challenger, started_at },
      attribution_hours: request.attributionMs / HOUR_MS,
    },
    settings: { ...DEFAULT_ONLINE_SETTINGS, minimum_users: request.minUsers, max_days: request.maxDays },
    ...{ on_win: request.onWin, actor, reason },
  };
  return { input, isChallengerAlready: aliases.challenger === challenger.version };
};
