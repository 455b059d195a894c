/** Which users of an experiment online get what the challenger has a part in. */
import type { Arm } from '../../contracts/online-experiment.ts';
import { hashKey } from './hash-key.ts';

export interface ArmAssignment {
  readonly arm: Arm;
  /** Probability with which a user gets this arm. */
  readonly propensity: number;
}

export interface AssignedUser {
  /** Of the experiment: the salt. */
  readonly experimentId: string;
  readonly userId: string;
  /** Of the users for the challenger, 0 to 1. */
  readonly share: number;
}

const HASHES = 2 ** 32;

/**
 * A function of its arguments alone: the same user gets the same arm in every request, process and replay; another
 * experiment divides the same users independently. A larger share keeps everybody whom the challenger had.
 */
export const assignArm = ({ experimentId, userId, share }: AssignedUser): ArmAssignment =>
  hashKey('arm', experimentId, userId) / HASHES < share
    ? { arm: 'challenger', propensity: share }
    : { arm: 'champion', propensity: 1 - share };
