/** What a compute process does: one training or one evaluation, on the backend that its parent chose. */
import type { TensorflowInfo, TensorflowPlan } from '../contracts/tensorflow.ts';
import { serveComputeJob } from './child-channel.ts';
import { blessCandidate } from './jobs/bless-job.ts';
import { buildBundle } from './jobs/bundle-job.ts';
import { calibrate } from './jobs/calibrate-job.ts';
import { compareModels } from './jobs/compare-job.ts';
import { evaluateAlone } from './jobs/evaluate-alone.ts';
import { evaluateForGate } from './jobs/evaluate-for-gate.ts';
import { train } from './jobs/train-job.ts';
import { digestTrainingCode, readTrainingModules } from './training-code.ts';

/** Read right after the modules were: what lies there now is what was loaded. */
const ownCode = readTrainingModules();
// Whoever waits for it hears of a failure.
ownCode.catch(() => undefined);

/**
 * @param activate makes the plan's TensorFlow the one that this process computes with
 * @param program path of `tt-exp`, of which a blessing starts a server
 */
export const serveJobs = (activate: (plan: TensorflowPlan) => Promise<TensorflowInfo>, program: string): void =>
  serveComputeJob(async ({ job, plan }, channel) => {
    if (job.kind === 'train') {
      channel.send({ kind: 'code', digest: digestTrainingCode(await ownCode, plan.env) });
    }
    const tensorflow = await activate(plan);
    channel.alive();
    switch (job.kind) {
      case 'train':
        return train(job, tensorflow, channel);
      case 'evaluate':
        return evaluateForGate(job, channel);
      case 'evaluate_model':
        return evaluateAlone(job, tensorflow, channel);
      case 'compare_models':
        return compareModels(job, tensorflow, channel);
      case 'calibrate_gate':
        return calibrate(job, channel);
      case 'build_bundle':
        return buildBundle(job, channel);
      case 'bless':
        return blessCandidate(job, channel, program);
    }
  });
