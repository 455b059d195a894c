import { describe, expect, test } from 'vitest';
import { describeStart } from '../../../client/describe-start.ts';
import { resolvedConfig } from '../../support/experiment-fixtures.ts';

describe('client/describe-start', () => {
  test('names config, sweep, data and model', () => {
    const config = resolvedConfig({ description: 'Which rate\nis best?' });
    expect(describeStart({ config, configDigest: 'abc', extends: 'old-0123456789' })).toEqual({
      staticSummary: 'fixture: Which rate is best?',
      staticDetails: [
        'Which rate\nis best?',
        'Sweep: sampler grid, scheduler none, all trials of at most 2 epochs, 2 at once.',
        'Data: synthetic. Model: fixture-model. Config digest: abc.',
        'Extends old-0123456789.',
      ].join('\n\n'),
      memo: { name: 'fixture', config_digest: 'abc' },
    });
  });

  test('stays below the bytes that the server takes, whatever the description', () => {
    const config = resolvedConfig({ description: '\u{1f600}'.repeat(20_000) });
    const { staticSummary, staticDetails } = describeStart({ config, configDigest: 'abc' });
    expect(Buffer.byteLength(JSON.stringify(staticSummary))).toBeLessThanOrEqual(400);
    expect(Buffer.byteLength(JSON.stringify(staticDetails))).toBeLessThanOrEqual(20_000);
  });
});
