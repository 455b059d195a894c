import { describe, expect, it } from 'vitest';
import type { TrialSettings } from '../../../../contracts/trial.ts';
import { differingParams, paramsOf } from '../../../../policy/comparison/differing-params.ts';
import { trialSettings } from '../../../support/small-training.ts';

describe('policy/comparison/differing-params', () => {
  it('names settings by their config keys, lists compared by their values', () => {
    const one = paramsOf(trialSettings({ model: { hidden_dims: [16] } }));
    const same = paramsOf(trialSettings({ model: { hidden_dims: [16] } }));
    const other = paramsOf(
      trialSettings({ seed: 6, model: { hidden_dims: [16, 8] }, training: { learning_rate: 0.5 } }),
    );
    expect(differingParams([one, same])).toEqual([]);
    expect(differingParams([one, same, other])).toEqual(['model.hidden_dims', 'seed', 'training.learning_rate']);
    expect(other).toMatchObject({ seed: 6, 'model.hidden_dims': [16, 8], 'evaluation.relevance_threshold': 0.4 });
  });

  it('counts a setting that a model of an earlier version does not have', () => {
    const settings = trialSettings();
    const { temperature: _, ...training } = settings.training;
    const older = { ...settings, training } as TrialSettings;
    expect(differingParams([paramsOf(settings), paramsOf(older)])).toEqual(['training.temperature']);
  });
});
