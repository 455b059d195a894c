import { CancelledFailure } from '@temporalio/common';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFence, type Fence } from '../../../activities/fence.ts';
import { splitCancellation } from '../../../activities/stop-signals.ts';

describe('activities/fence', () => {
  let monotonicMs: number;
  let wallMs: number;
  let asked: number;
  let isCurrent: boolean;
  let answerTakesMs: number;

  beforeEach(() => {
    monotonicMs = 1_000_000;
    wallMs = 5_000_000;
    asked = 0;
    isCurrent = true;
    answerTakesMs = 0;
  });

  const pass = (ms: number): void => {
    monotonicMs += ms;
    wallMs += ms;
  };

  const open = (heartbeatTimeoutMs: number | undefined): Fence =>
    createFence({
      attempts: {
        confirm: async () => {
          asked += 1;
          const answer = isCurrent;
          pass(answerTakesMs);
          answerTakesMs = 0;
          return answer;
        },
      },
      clocks: { monotonicMs: () => monotonicMs, wallMs: () => wallMs },
      taskToken: new Uint8Array(),
      heartbeatTimeoutMs,
      details: () => null,
    });

  it('an acknowledged heartbeat counts for a quarter of the time-out', async () => {
    const fence = open(10_000);
    await fence.assertCurrent();
    pass(2_499);
    await fence.assertCurrent();
    expect(asked).toBe(1);
    pass(1);
    await fence.assertCurrent();
    expect(asked).toBe(2);
  });

  it.each([
    ['the process was frozen', 60_000, 60_000],
    ['the machine was suspended, which its monotonic clock does not see', 0, 60_000],
    ['the wall clock was set back', 0, -60_000],
    ['the wall clock was set back by as much as the process was frozen', 60_000, 0],
  ])('asks again where %s, and lets nothing pass any more', async (_, monotonic, wall) => {
    const fence = open(10_000);
    await fence.assertCurrent();
    monotonicMs += monotonic;
    wallMs += wall;
    isCurrent = false;
    await expect(fence.assertCurrent()).rejects.toMatchObject({ code: 'ATTEMPT_SUPERSEDED' });
    isCurrent = true;
    await expect(fence.assertCurrent()).rejects.toMatchObject({ code: 'ATTEMPT_SUPERSEDED' });
    expect(asked).toBe(2);
  });

  it.each([3_600_000, -3_600_000])('a wall clock that jumps by %d ms costs one question', async (jump) => {
    const fence = open(10_000);
    await fence.assertCurrent();
    wallMs += jump;
    await fence.assertCurrent();
    await fence.assertCurrent();
    expect(asked).toBe(2);
  });

  it('an answer that was frozen on its way is asked for again', async () => {
    const fence = open(10_000);
    answerTakesMs = 60_000;
    await fence.assertCurrent();
    expect(asked).toBe(2);
  });

  it('without a heartbeat time-out every write asks', async () => {
    const fence = open(undefined);
    await fence.assertCurrent();
    await fence.assertCurrent();
    expect(asked).toBe(2);
  });
});

describe('activities/stop-signals', () => {
  const split = () => {
    const cancellation = new AbortController();
    const shutdown = new AbortController();
    return { cancellation, shutdown, ...splitCancellation(cancellation.signal, shutdown.signal) };
  };

  it('activities/stop-signals: a cancellation by the workflow is graceful, and a shutdown after it is not', () => {
    const { cancellation, shutdown, stopSignal, signal } = split();
    const reason = new CancelledFailure('CANCELLED');
    cancellation.abort(reason);
    expect(stopSignal.reason).toBe(reason);
    expect(signal.aborted).toBe(false);
    shutdown.abort(new CancelledFailure('WORKER_SHUTDOWN'));
    expect(signal.reason).toMatchObject({ message: 'WORKER_SHUTDOWN' });
  });

  it.each(['NOT_FOUND', 'TIMED_OUT', 'WORKER_SHUTDOWN'])('activities/stop-signals: %s ends it at once', (message) => {
    const { cancellation, stopSignal, signal } = split();
    cancellation.abort(new CancelledFailure(message));
    expect(signal.reason).toMatchObject({ message });
    expect(stopSignal.aborted).toBe(false);
  });
});
