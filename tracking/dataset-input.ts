/** The dataset version as an input of a run: what fills MLflow's column of datasets. */
import type { DatasetSummary } from '../contracts/dataset.ts';
import type { Rest } from './rest.ts';

/** The server refuses a longer one. */
const DIGEST_LENGTH = 36;

export const createDatasetInput = (rest: Rest) => ({
  logDatasetInput: async (
    runId: string,
    dataset: DatasetSummary,
    context: 'training' | 'validation' | 'test',
  ): Promise<void> => {
    const { version, samples, splits, label_distribution: labels, feature_dims: dims, users, items } = dataset;
    const { embedding_coverage: coverage, text_encoder: encoders } = dataset;
    await rest.call('POST', 'runs/log-inputs', {
      run_id: runId,
      datasets: [
        {
          tags: [{ key: 'mlflow.data.context', value: context }],
          dataset: {
            name: `${users} users × ${items} items`,
            digest: version.slice(0, DIGEST_LENGTH),
            source_type: 'tt-exp',
            source: JSON.stringify({ version }),
            schema: JSON.stringify({
              mlflow_colspec: [
                { name: `user_features[${dims.user}]`, type: 'float' },
                { name: `item_features[${dims.item}]`, type: 'float' },
                { name: 'label', type: 'float' },
              ],
            }),
            profile: JSON.stringify({ samples, splits, labels, users, items, coverage, encoders }),
          },
        },
      ],
    });
  },
});
