/** What the dashboard changes in the world, and the commands that do the same. Pure. */
import type { SteeringRequest } from '../../steer/steering-request.ts';

/** Its targets are those of the moment when it was asked for. */
export type Action =
  | { readonly kind: 'steer'; readonly experimentIds: readonly string[]; readonly request: SteeringRequest }
  | { readonly kind: 'approve' | 'reject'; readonly experimentId: string; readonly reason: string };

/** For a POSIX shell. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

const steerCommand = (id: string, request: SteeringRequest): string => {
  switch (request.kind) {
    case 'cancel':
      return `tt-exp cancel ${id}`;
    case 'pause':
      return `tt-exp pause ${id}`;
    case 'resume':
      return `tt-exp resume ${id}`;
    case 'parallel':
      return `tt-exp parallel ${id} ${request.maxParallel}`;
    case 'cancel-trial':
      return `tt-exp cancel ${id} --trial ${request.trialId}`;
    case 'retry':
      return `tt-exp retry ${id}`;
  }
};

/** One a target. */
export const commandsOf = (action: Action): readonly string[] => {
  switch (action.kind) {
    case 'steer':
      return action.experimentIds.map((id) => steerCommand(id, action.request));
    case 'approve':
    case 'reject':
      return [`tt-exp ${action.kind} ${action.experimentId} --reason ${shellWord(action.reason)}`];
  }
};
