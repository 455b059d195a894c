import { afterAll, beforeAll, describe } from 'vitest';
import { createTracking, type Tracking } from '../../../tracking/index.ts';
import { describeLedger } from '../../suites/ledger-suite.ts';
import { describeLooks } from '../../suites/look-suite.ts';
import { createMlflowReader } from '../../support/mlflow-rest.ts';
import { startTestMlflow, type TestMlflow } from '../../support/provisioned.ts';

let mlflow: TestMlflow;
let tracking: Tracking;

beforeAll(async () => {
  mlflow = await startTestMlflow();
  tracking = createTracking({ trackingUri: mlflow.address });
});

afterAll(async () => {
  await tracking?.close();
  await mlflow?.dispose();
});

describe('registry/ledger', () => {
  describeLedger(() => {
    const { deleteRun, deleteVersion } = createMlflowReader(mlflow.address);
    return { tracking, server: { deleteRun, deleteVersion } };
  });
});

describe('registry/ledger/record-look', () => {
  describeLooks(() => {
    const { deleteRun, deleteVersion } = createMlflowReader(mlflow.address);
    return { tracking, server: { deleteRun, deleteVersion } };
  });
});
