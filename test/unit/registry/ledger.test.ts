import { describe } from 'vitest';
import { describeLedger } from '../../suites/ledger-suite.ts';
import { describeLooks } from '../../suites/look-suite.ts';
import { createFakeTracking } from '../../support/fake-tracking.ts';

describe('registry/ledger', () => {
  describeLedger(() => {
    const { tracking, deleteRun, deleteVersion } = createFakeTracking();
    return { tracking, server: { deleteRun, deleteVersion } };
  });
});

describe('registry/ledger/record-look', () => {
  describeLooks(() => {
    const { tracking, deleteRun, deleteVersion } = createFakeTracking();
    return { tracking, server: { deleteRun, deleteVersion } };
  });
});
