import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../contracts/canonical-json.ts';
import { experimentIds, parseExperimentId } from '../../../contracts/ids.ts';

describe('contracts/ids', () => {
  it('an experiment id and a workflow id name the same experiment', () => {
    const ids = experimentIds('my-sweep.2', 'deadbeef0123456789');
    expect(ids).toEqual({ experimentId: 'my-sweep.2-deadbeef01', workflowId: 'tt-exp/my-sweep.2/deadbeef01' });
    expect(parseExperimentId(ids.experimentId)).toEqual(ids);
    expect(parseExperimentId(ids.workflowId)).toEqual(ids);
  });

  it('anything else is no id', () => {
    expect(parseExperimentId('my-sweep')).toBeNull();
    expect(parseExperimentId('tt-exp/sweep/deadbeef01/trial-000')).toBeNull();
  });
});

describe('contracts/canonical-json', () => {
  it('contracts/canonical-json: sorts keys at every depth, keeps the order of lists, leaves undefined out', () => {
    expect(canonicalJson({ b: [2, 1], a: { d: undefined, c: 'x' } })).toBe('{"a":{"c":"x"},"b":[2,1]}');
  });
});
