import { expect, test } from 'vitest';
import { createSlotPool } from '../../../compute/slots.ts';

const never = new AbortController().signal;

test('the lowest free slot is given first', async () => {
  const pool = createSlotPool(3);
  expect([await pool.acquire(never), await pool.acquire(never), await pool.acquire(never)]).toEqual([0, 1, 2]);
  pool.release(2);
  pool.release(1);
  expect(await pool.acquire(never)).toBe(1);
});

test('those who wait are served in the order of their calls', async () => {
  const pool = createSlotPool(1);
  await pool.acquire(never);
  const served: string[] = [];
  const first = pool.acquire(never).then(() => served.push('first'));
  const second = pool.acquire(never).then(() => served.push('second'));
  pool.release(0);
  await first;
  expect(served).toEqual(['first']);
  pool.release(0);
  await second;
  expect(served).toEqual(['first', 'second']);
});

test('who gives up waiting takes no slot', async () => {
  const pool = createSlotPool(1);
  await pool.acquire(never);
  const stop = new AbortController();
  const impatient = pool.acquire(stop.signal);
  const patient = pool.acquire(never);
  stop.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  pool.release(0);
  expect(await patient).toBe(0);
});

test('an aborted signal waits for nothing', async () => {
  const pool = createSlotPool(1);
  await pool.acquire(never);
  await expect(pool.acquire(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});
