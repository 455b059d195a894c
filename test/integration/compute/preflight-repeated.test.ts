/** The real training child, called twice for one training, as when the worker of the first call has died. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ARTIFACT } from '../../../contracts/names.ts';
import type { ComputeMessage, TrainJob } from '../../../contracts/trainer.ts';
import { builderIn, dataSettings } from '../../support/data-requests.ts';
import { trialSettings } from '../../support/small-training.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createModelRunner } from './runner.ts';

test('compute/preflight: a training that goes on tells its tripwires again, from the report that is kept', async () => {
  const folder = await temporaryFolder('tt-exp-preflight-');
  const builder = builderIn(join(folder, 'data'));
  const small = dataSettings({ users: 60, startups: 40, interactions: 1500 });
  const { version } = await builder.encode({ data: small, seed: 7 });
  const runner = createModelRunner();
  const train = async (change: Partial<TrainJob>): Promise<readonly ComputeMessage[]> => {
    const messages: ComputeMessage[] = [];
    const signal = new AbortController().signal;
    const job: TrainJob = {
      kind: 'train',
      trialFolder: join(folder, 'first'),
      checkpoints: [],
      datasetFolder: (await builder.findLocal(version)) ?? '',
      settings: trialSettings({
        seed: 7,
        model: { hidden_dims: [8], embedding_dim: 4 },
        training: { num_epochs: 2 },
      }),
      epochBudget: 1,
      device: 'cpu',
      preflight: true,
      ...change,
    };
    await runner.train(job, (message) => messages.push(message), { signal, stopSignal: signal });
    return messages;
  };
  const reportOf = (messages: readonly ComputeMessage[]) =>
    messages.flatMap((message) => (message.kind === 'preflight' ? [message.report] : []));

  const [first] = reportOf(await train({}));
  const file = join(folder, 'first', ARTIFACT.latestCheckpoint);
  const next = {
    trialFolder: join(folder, 'next'),
    checkpoints: [{ file, origin: 'trial' as const }],
    epochBudget: 2,
  };
  const messages = await train(next);
  expect(messages.find(({ kind }) => kind === 'ready')).toMatchObject({ resumedFromEpoch: 1 });
  expect(reportOf(messages)).toEqual([{ ...first, isKept: true }]);
});
