import type { TensorflowPlan } from '../contracts/tensorflow.ts';
import type { ComputeJob } from '../contracts/trainer.ts';

/** The first message from a worker to its compute process. */
export interface ComputeOrder {
  readonly job: ComputeJob;
  readonly plan: TensorflowPlan;
}

/** The only other one: let the running epoch be the last. */
export interface StopOrder {
  readonly kind: 'stop';
}
