/** What the dashboard changes in the world, and the commands that do the same. Pure. */
import type { AnnouncedMove } from '../../registry/announce-move.ts';
import type { MoveKind } from '../../registry/plan-move.ts';
import type { SteeringRequest } from '../../steer/steering-request.ts';
import type { SavedView } from './saved-views.ts';

/** Its targets are those of the moment when it was asked for. */
export type Action =
  | { readonly kind: 'steer'; readonly experimentIds: readonly string[]; readonly request: SteeringRequest }
  | { readonly kind: 'cancel-trials'; readonly experimentId: string; readonly trialIds: readonly string[] }
  /** To so many trials in all, or epochs of each. */
  | { readonly kind: 'extend'; readonly experimentId: string; readonly by: 'trials' | 'epochs'; readonly total: number }
  /** The page of an experiment, or of `<experiment>/<trial>`, in MLflow. */
  | { readonly kind: 'open'; readonly what: string }
  /** The web interface of a server. */
  | { readonly kind: 'open-server'; readonly server: 'mlflow' | 'temporal' }
  | { readonly kind: 'approve' | 'reject'; readonly experimentId: string; readonly reason: string }
  /** Looks what a move would be; moves nothing. `reference` is a version; for a rollback the model. */
  | { readonly kind: 'plan'; readonly move: MoveKind; readonly reference: string }
  | { readonly kind: 'move'; readonly move: AnnouncedMove; readonly reason: string }
  | { readonly kind: 'verify'; readonly name: string }
  | { readonly kind: 'doctor' }
  /** null: it is taken away. */
  | { readonly kind: 'save-view'; readonly table: string; readonly name: string; readonly view: SavedView | null };

/** For a POSIX shell. */
export const shellWord = (text: string): string =>
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

const moveCommand = ({ name, request, from, to }: AnnouncedMove, reason: string): string => {
  const target = request.kind === 'rollback' ? name : `${name}/${request.kind === 'archive' ? from : to}`;
  return `tt-exp models ${request.kind} ${shellWord(target)} --reason ${shellWord(reason)}`;
};

/** One a target. */
export const commandsOf = (action: Action): readonly string[] => {
  switch (action.kind) {
    case 'steer':
      return action.experimentIds.map((id) => steerCommand(id, action.request));
    case 'cancel-trials':
      return action.trialIds.map((trialId) => steerCommand(action.experimentId, { kind: 'cancel-trial', trialId }));
    case 'extend':
      return action.by === 'trials'
        ? [`tt-exp extend ${action.experimentId} --trials ${action.total}`]
        : [`tt-exp extend ${action.experimentId} --epochs ${action.total}`];
    case 'open':
      return [`tt-exp open ${shellWord(action.what)}`];
    case 'open-server':
      return [action.server === 'temporal' ? 'tt-exp open --temporal' : 'tt-exp open'];
    case 'approve':
    case 'reject':
      return [`tt-exp ${action.kind} ${action.experimentId} --reason ${shellWord(action.reason)}`];
    case 'plan':
    case 'save-view':
      return [];
    case 'move':
      return [moveCommand(action.move, action.reason)];
    case 'doctor':
      return ['tt-exp doctor'];
    case 'verify':
      return [`tt-exp models verify ${shellWord(action.name)}`];
  }
};
