import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { toFailure, withFailures } from '../../../activities/errors.ts';
import { TtExpError } from '../../../contracts/errors.ts';

describe('activities/errors', () => {
  it('an error of the catalogue keeps its code, hint and retryability', () => {
    const failure = toFailure(
      new TtExpError('NO_DATA_LOADED', 'No data loaded', { hint: 'Widen the filters.' }),
      'gpu-1',
    );
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: 'NO_DATA_LOADED', nonRetryable: true });
    expect((failure as ApplicationFailure).details).toEqual([{ hint: 'Widen the filters.', details: {} }]);
    expect(toFailure(new TtExpError('SERVICE_UNREACHABLE', 'down'), 'gpu-1')).toMatchObject({ nonRetryable: false });
  });

  it.each([
    ['SOURCE_NOT_FOUND', 'Check the path. It must be there on the worker that runs this step, on host gpu-1.'],
    ['ENVIRONMENT_INVALID', 'Check the path. It must be there on the worker that runs this step, on host gpu-1.'],
    ['NO_DATA_LOADED', 'Check the path.'],
  ] as const)('the hint of %s names the host where it matters', (code, hint) => {
    const failure = toFailure(new TtExpError(code, 'events.csv', { hint: 'Check the path.' }), 'gpu-1');
    expect((failure as ApplicationFailure).details).toEqual([{ hint, details: {} }]);
  });

  it('an unknown error is a bug that is tried again a bounded number of times', () => {
    expect(toFailure(new TypeError('x is not a function'), 'gpu-1')).toMatchObject({
      type: 'INTERNAL',
      nonRetryable: false,
    });
  });

  it('no credentials of an address reach a failure, nor its causes', () => {
    const cause = new Error('connect to postgres://ada:secret@db:5432/x failed');
    const ours = toFailure(new TtExpError('UPSTREAM_REJECTED', 'got http://ada:secret@host/', { cause }), 'gpu-1');
    const unknown = toFailure(new TypeError('Invalid http://ada:secret@host/', { cause }), 'gpu-1');
    for (const failure of [ours, unknown] as ApplicationFailure[]) {
      const texts: string[] = [];
      for (let error: unknown = failure; error instanceof Error; error = error.cause) {
        texts.push(error.message, error.stack ?? '');
      }
      expect(texts.join('\n')).toContain('postgres://***@db:5432/x');
      expect(texts.join('\n')).toContain('http://***@host/');
      expect(texts.join('\n')).not.toContain('secret');
    }
  });

  it('cancellation passes untouched, the shutdown of a worker is tried again', () => {
    const cancelled = new CancelledFailure('CANCELLED');
    expect(toFailure(cancelled, 'gpu-1')).toBe(cancelled);
    expect(toFailure(new CancelledFailure('WORKER_SHUTDOWN'), 'gpu-1')).toMatchObject({
      type: 'WORKER_SHUTDOWN',
      nonRetryable: false,
    });
  });

  it('wraps every activity of a table', async () => {
    const table = withFailures(
      {
        fail: async (_request: object): Promise<void> => {
          throw new TtExpError('DISK_FULL', 'disk full');
        },
        succeed: async (request: { readonly value: number }): Promise<number> => request.value,
      },
      'gpu-1',
    );
    await expect(table.fail({})).rejects.toMatchObject({ type: 'DISK_FULL' });
    await expect(table.succeed({ value: 3 })).resolves.toBe(3);
  });
});
