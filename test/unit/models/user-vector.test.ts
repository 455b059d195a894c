import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import type { LoadedDataset } from '../../../contracts/dataset.ts';
import { elementAt } from '../../../contracts/element-at.ts';
import { loadModel } from '../../../models/saved/model-folder.ts';
import { historiesOf } from '../../../models/towers/history.ts';
import { userVector } from '../../../models/towers/user-vector.ts';
import { withFolder } from '../../support/make-folder.ts';
import { idRows, SMALL_TOY, trainSmall, trialSettings } from '../../support/small-training.ts';

const USERS = 60;
const DIM = 8;
const WITH_IDS: LoadedDataset = { ...SMALL_TOY, ids: { user: idRows(USERS), item: idRows(40, 30) } };
const IDS_ALONE: LoadedDataset = {
  ...WITH_IDS,
  summary: { ...SMALL_TOY.summary, feature_dims: { user: 0, item: 0 } },
  ...{ userFeatures: new Float32Array(0), itemFeatures: new Float32Array(0), textDim: { user: 0, item: 0 } },
};

describe('models/user-vector', () => {
  beforeAll(() => tf.setBackend('cpu'));

  test.each([
    ['features, ids and histories, scaled', WITH_IDS, 'l2'],
    ['features, ids and histories', WITH_IDS, 'none'],
    ['histories alone, scaled', { ...IDS_ALONE, ids: { user: null, item: idRows(40) } }, 'l2'],
  ] as const)('is what the tower gives of %s, and no tensor is left', (_, dataset, normalisation) =>
    withFolder(async (folder) => {
      const settings = trialSettings({
        model: { hidden_dims: [6], embedding_dim: DIM, user_history: true, normalisation },
        training: { num_epochs: 2 },
      });
      await trainSmall(folder, { dataset, settings });
      const before = tf.memory().numTensors;
      const model = await loadModel(join(folder, 'model'));
      const { ids, pairs, userFeatures } = dataset;
      const histories = historiesOf(pairs.train, USERS, ids.item ?? idRows(40, 0));
      const whole = model.embedUsers(userFeatures, ids.user, histories);
      const without = model.embedUsersWithoutHistory(userFeatures, ids.user, histories);
      const bytes = await readFile(join(folder, 'model', 'user_history.f32'));
      const table = new Float32Array(Uint8Array.from(bytes).buffer);
      let most = 0;
      for (let user = 0; user < USERS; user += 1) {
        const rows = histories.rows.slice(histories.starts[user], histories.starts[user + 1]);
        const own = without.slice(user * DIM, (user + 1) * DIM);
        const vector = userVector(own, { table, isNormalised: normalisation === 'l2' }, rows);
        for (const [column, value] of vector.entries()) {
          most = Math.max(most, Math.abs(value - elementAt(whole, user * DIM + column)));
        }
      }
      expect(most).toBeLessThan(1e-6);
      expect(without).not.toEqual(whole);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }),
  );
});
