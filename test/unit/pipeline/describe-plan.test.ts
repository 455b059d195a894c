import { describe, expect, it } from 'vitest';
import { describePlan } from '../../../pipeline/index.ts';
import { dataSettings } from '../../support/data-requests.ts';

describe('pipeline/describe-plan', () => {
  it('names sizes and widths of the default data without building it', () => {
    const plan = describePlan(dataSettings());
    expect(plan).toMatchObject({
      source: 'synthetic',
      size: { users: 350, items: 250, engagements: 7500 },
      featureDims: { user: 512, item: 468 },
    });
  });

  it('fewer negatives make fewer samples', () => {
    const samples = (negative_samples: number) =>
      describePlan(dataSettings({}, { negative_samples })).size?.samples.high ?? Number.NaN;
    expect(samples(0)).toBeLessThan(samples(2));
  });
});
