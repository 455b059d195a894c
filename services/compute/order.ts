import type { ComputeJob } from '../../contracts/trainer.ts';
import type { TensorflowPlan } from '../tensorflow/plan.ts';

/** The first and only message from a worker to its compute process. */
export interface ComputeOrder {
  readonly job: ComputeJob;
  readonly plan: TensorflowPlan;
}
