import { describe, it } from 'vitest';
import { runWithFaultyMlflow } from '../chaos/faulty-mlflow.ts';

describe('faults/mlflow', () => {
  it(
    'faults/mlflow: bursts of 500, 429, silence, resets and lost answers, and an outage while trials train, leave every run and metric once',
    // Throws an AssertionError at what is missing or doubled.
    () => runWithFaultyMlflow({ seed: 5, epochs: 12, outageMs: 15_000 }),
    600_000,
  );
});
