import type { ComputeJob } from '../../contracts/trainer.ts';
import type { TensorflowPlan } from '../tensorflow/plan.ts';

/** The first message from a worker to its compute process. */
export interface ComputeOrder {
  readonly job: ComputeJob;
  readonly plan: TensorflowPlan;
}

/** The only other one: let the running epoch be the last. */
export interface StopOrder {
  readonly kind: 'stop';
}
