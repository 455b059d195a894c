/** What holds on every backend for a training that goes on from its own or another training's checkpoint. */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TrainingConfig } from '../../contracts/experiment-config.ts';
import type { EpochRecord } from '../../contracts/metrics.ts';
import type { TensorflowInfo } from '../../contracts/tensorflow.ts';
import type { TrialSettings } from '../../contracts/trial.ts';
import { adoptCheckpoint } from '../../models/training/checkpoint.ts';
import { trainUntilStopped } from '../../models/training/train.ts';
import { trainingKey } from '../../models/training/training-key.ts';
import { SMALL_TOY, trialSettings, withoutClock } from './small-training.ts';

const dataset = SMALL_TOY;
const CHECKPOINT = join('checkpoints', 'latest.ckpt');

const settingsOf = (training: Partial<TrainingConfig>): TrialSettings =>
  trialSettings({
    model: { hidden_dims: [16], embedding_dim: 8, dropout_rate: 0.1, dropout_rate_middle: 0.2 },
    training: { early_stopping_patience: 30, learning_rate: 0.01, ...training },
  });

export interface Backend {
  readonly folder: () => string;
  readonly tensorflow: () => TensorflowInfo;
}

const train = async (
  { folder, tensorflow }: Backend,
  request: {
    readonly name: string;
    readonly settings: TrialSettings;
    readonly epochBudget: number;
    readonly stop?: { readonly inEpoch: number };
  },
) => {
  const records: EpochRecord[] = [];
  const sent: EpochRecord[] = [];
  const stop = new AbortController();
  const outcome = await trainUntilStopped(
    {
      dataset,
      settings: request.settings,
      epochBudget: request.epochBudget,
      trialFolder: join(folder(), request.name),
      tensorflow: tensorflow(),
      signal: new AbortController().signal,
      nowMs: () => Date.now(),
      onReady: (_, history) => sent.push(...history),
      onStep: (epoch, step) => {
        if (epoch === request.stop?.inEpoch && step === 2) {
          stop.abort();
        }
      },
      onEpoch: (record) => records.push(record),
    },
    stop.signal,
  );
  return { outcome, records, sent };
};

/** A copy of one training's checkpoint as the source of another. */
const adopt = async ({ folder }: Backend, from: string, name: string, settings: TrialSettings, epochBudget: number) => {
  const source = join(folder(), `${from}-for-${name}.ckpt`);
  await copyFile(join(folder(), from, CHECKPOINT), source);
  await mkdir(join(folder(), name), { recursive: true });
  return adoptCheckpoint({
    file: join(folder(), name, CHECKPOINT),
    sources: [{ file: source, origin: 'other' }],
    trainingKey: trainingKey(dataset, settings),
    epochBudget,
    onSkipped: () => undefined,
  });
};

const modelOf = ({ outcome: { result } }: Awaited<ReturnType<typeof train>>) => ({
  epochs: result?.epochs,
  bestEpoch: result?.bestEpoch,
  validation: result?.validation,
  modelDigest: result?.modelDigest,
});

export const itResumesBitIdentically = (backend: Backend): void => {
  it('models/train: to 3, then 9, then 30 epochs is bit-identical to a straight 30', async () => {
    const settings = settingsOf({ num_epochs: 30 });
    const straight = await train(backend, { name: 'straight', settings, epochBudget: 30 });
    const rungs = [];
    for (const epochBudget of [3, 9, 30]) {
      rungs.push(await train(backend, { name: 'rungs', settings, epochBudget }));
    }
    const [first, second, last] = rungs;
    if (first === undefined || second === undefined || last === undefined) {
      throw new Error('no rungs');
    }
    expect(rungs.map(({ outcome }) => [outcome.kind, outcome.result?.epochs])).toEqual([
      ['trained', 3],
      ['trained', 9],
      ['trained', 30],
    ]);
    expect(withoutClock(rungs.flatMap(({ records }) => records))).toEqual(withoutClock(straight.records));
    expect(modelOf(last)).toEqual(modelOf(straight));
    // What is sent again has the time stamps with which it was sent first.
    expect(last.sent).toEqual([...first.records, ...second.records]);
  });

  it('models/train: rungs stop early in the epoch in which a straight training does', async () => {
    const settings = settingsOf({ num_epochs: 30, early_stopping_patience: 2 });
    const straight = await train(backend, { name: 'early-straight', settings, epochBudget: 30 });
    const stoppedAt = straight.outcome.result?.epochs ?? 0;
    expect(stoppedAt).toBeGreaterThan(4);
    expect(stoppedAt).toBeLessThan(30);
    for (const epochBudget of [1, stoppedAt - 1, stoppedAt + 1, 30]) {
      const rung = await train(backend, { name: 'early-rungs', settings, epochBudget });
      expect(rung.outcome.result?.epochs).toBe(Math.min(epochBudget, stoppedAt));
      if (epochBudget === 30) {
        expect(rung.records).toEqual([]);
        expect(modelOf(rung)).toEqual(modelOf(straight));
      }
    }
  });

  it.each([
    ['a constant rate', { schedule: 'constant', early_stopping_patience: 30 }],
    ['schedule_epochs', { schedule_epochs: 30, early_stopping_patience: 30 }],
    ['a constant rate and early stopping', { schedule: 'constant', early_stopping_patience: 2 }],
  ] as const)(
    'models/train: 10 epochs extended to 30 with %s are bit-identical to a straight 30',
    async (name, change) => {
      const short = settingsOf({ ...change, num_epochs: 10 });
      const long = settingsOf({ ...change, num_epochs: 30 });
      const straight = await train(backend, { name: `${name}-straight`, settings: long, epochBudget: 30 });
      const ten = await train(backend, { name: `${name}-short`, settings: short, epochBudget: 10 });
      expect(await adopt(backend, `${name}-short`, `${name}-long`, long, 30)).toBe(true);
      const extended = await train(backend, { name: `${name}-long`, settings: long, epochBudget: 30 });
      expect(extended.outcome.result?.resumedFromEpoch).toBe(ten.outcome.result?.epochs);
      expect(withoutClock([...ten.records, ...extended.records])).toEqual(withoutClock(straight.records));
      expect(modelOf(extended)).toEqual(modelOf(straight));
      if (change.early_stopping_patience === 2) {
        expect(ten.outcome.result?.epochs).toBeLessThan(10);
        expect(extended.records).toEqual([]);
      }
    },
  );

  it('models/checkpoint: a training with another learning rate, or longer than the budget, is not gone on from', async () => {
    const short = settingsOf({ num_epochs: 3 });
    await train(backend, { name: 'cosine', settings: short, epochBudget: 3 });
    expect(await adopt(backend, 'cosine', 'longer', settingsOf({ num_epochs: 30 }), 30)).toBe(false);
    expect(await adopt(backend, 'cosine', 'shorter', short, 2)).toBe(false);
    expect(await adopt(backend, 'cosine', 'same', short, 3)).toBe(true);
  });

  it('models/train: stopped, the running epoch ends and counts, and a later call goes on after it', async () => {
    const settings = settingsOf({ num_epochs: 6 });
    const straight = await train(backend, { name: 'unstopped', settings, epochBudget: 6 });
    const stopped = await train(backend, { name: 'stopped', settings, epochBudget: 6, stop: { inEpoch: 4 } });
    expect(stopped.outcome).toMatchObject({ kind: 'stopped', result: { epochs: 4 } });
    const resumed = await train(backend, { name: 'stopped', settings, epochBudget: 6 });
    expect(resumed.records.map(({ epoch }) => epoch)).toEqual([5, 6]);
    expect(modelOf(resumed)).toEqual(modelOf(straight));
    const last = await train(backend, { name: 'in-last', settings, epochBudget: 2, stop: { inEpoch: 2 } });
    expect(last.outcome).toMatchObject({ kind: 'trained', result: { epochs: 2 } });
  });
};
