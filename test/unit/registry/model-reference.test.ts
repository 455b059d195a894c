import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseReference } from '../../../registry/model-reference.ts';

const RUN = '0123456789abcdef0123456789abcdef';
const version = (name: string, alias: string | null, number: string | null) => ({
  ...{ kind: 'version', name, alias, version: number },
});

describe('registry/model-reference', () => {
  it.each([
    ['two-tower', version('two-tower', null, null)],
    ['two-tower@champion', version('two-tower', 'champion', null)],
    ['two-tower/7', version('two-tower', null, '7')],
    [RUN, { kind: 'run', run: RUN }],
    ['demo-0123456789/trial-003', { kind: 'run', run: 'demo-0123456789/trial-003' }],
    ['tt-exp/demo/0123456789/trial-003', { kind: 'run', run: 'tt-exp/demo/0123456789/trial-003' }],
    // Without an experiment's digest it is no trial, and a name has no letters after its slash.
    ['demo/trial-003', { kind: 'folder', folder: resolve('demo/trial-003') }],
    ['./two-tower', { kind: 'folder', folder: resolve('two-tower') }],
    ['models/two.tower', { kind: 'folder', folder: resolve('models/two.tower') }],
    ['two-tower@', { kind: 'folder', folder: resolve('two-tower@') }],
    ['', { kind: 'folder', folder: resolve('') }],
  ])('"%s" is %j', (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });
});
