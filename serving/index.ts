/**
 * What other programs import to recommend without a server: `import { createRecommender } from 'tt-exp/serving'` answers
 * from a bundle that `tt-exp serve` or `tt-exp recommend` has built.
 */
export { type ErrorCode, TtExpError } from '../contracts/errors.ts';
export type {
  FieldFilters,
  Overlay,
  OverlayEvent,
  Recommendation,
  UserRecommendation,
} from '../contracts/recommendation.ts';
export type { EngineName } from '../contracts/serving.ts';
/** Champion and challenger before the same users, in a program of one's own. */
export { type ArmAssignment, type AssignedUser, assignArm } from '../policy/online/assign-arm.ts';
export { creditOf, type TeamDraftRequest, teamDraft } from '../policy/online/team-draft.ts';
export type { RouterThresholds } from '../policy/serving/route-request.ts';
export {
  createRecommender,
  type ItemOptions,
  type RecommenderConfig,
  type RecommenderLibrary,
  type RecommendOptions,
} from './library.ts';
