import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../contracts/canonical-json.ts';
import {
  experimentIds,
  isTrialId,
  parseExperimentId,
  replicateIdOf,
  splitTrialReference,
} from '../../../contracts/ids.ts';

describe('contracts/ids', () => {
  it('an experiment id and a workflow id name the same experiment', () => {
    const ids = experimentIds('my-sweep.2', 'deadbeef0123456789');
    expect(ids).toEqual({ experimentId: 'my-sweep.2-deadbeef01', workflowId: 'tt-exp/my-sweep.2/deadbeef01' });
    expect(parseExperimentId(ids.experimentId)).toEqual(ids);
    expect(parseExperimentId(ids.workflowId)).toEqual(ids);
  });

  it('a trial and its replicates have ids, and nothing else has', () => {
    for (const id of ['trial-003', 'trial-1000', replicateIdOf('trial-003', 2)]) {
      expect(isTrialId(id), id).toBe(true);
    }
    for (const text of ['3', 'trial-3', 'trial-003-replicate', 'trial-003-replicate-0', 'x-trial-003', 'replicate-2']) {
      expect(isTrialId(text), text).toBe(false);
    }
  });

  it('a trial or a replicate is named with its experiment', () => {
    for (const trialId of ['trial-003', replicateIdOf('trial-003', 2)]) {
      expect(splitTrialReference(`sweep-0123456789/${trialId}`)).toEqual({ experiment: 'sweep-0123456789', trialId });
    }
    expect(splitTrialReference('tt-exp/sweep/0123456789')).toEqual({
      experiment: 'tt-exp/sweep/0123456789',
      trialId: null,
    });
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
