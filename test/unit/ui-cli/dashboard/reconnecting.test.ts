import { expect, it } from 'vitest';
import { TtExpError } from '../../../../contracts/errors.ts';
import { createReconnecting } from '../../../../ui-cli/dashboard/program/reconnecting.ts';

const counting = (failsToOpen = false) => {
  const counts = { opened: 0, closed: 0 };
  const connections = createReconnecting(async () => {
    counts.opened += 1;
    if (failsToOpen) {
      throw new TtExpError('ENVIRONMENT_INVALID', 'no address');
    }
    return {
      close: async () => {
        counts.closed += 1;
      },
    };
  });
  const failWith = (error: Error): Promise<void> =>
    connections.use(async () => Promise.reject(error)).catch(() => undefined);
  return { counts, connections, failWith };
};

it('ui-cli/dashboard/program/reconnecting: what a server answers leaves the connection to the others', async () => {
  const { counts, failWith } = counting();
  await failWith(new TtExpError('MOVE_REFUSED', 'another champion by now'));
  await failWith(new TtExpError('MODEL_NOT_FOUND', 'no such model'));
  expect(counts).toEqual({ opened: 1, closed: 0 });
});

it('ui-cli/dashboard/program/reconnecting: one that fails is closed, and opened anew', async () => {
  const { counts, connections, failWith } = counting();
  await failWith(new TtExpError('SERVICE_UNREACHABLE', 'nobody there'));
  await failWith(new Error('reset'));
  expect(counts).toEqual({ opened: 2, closed: 2 });
  expect(await connections.use(async () => 'fine')).toBe('fine');
  await connections.close();
  expect(counts).toEqual({ opened: 3, closed: 3 });
});

it('ui-cli/dashboard/program/reconnecting: one that does not open is tried again', async () => {
  const { counts, failWith } = counting(true);
  await failWith(new Error('never thrown'));
  await failWith(new Error('never thrown'));
  expect(counts).toEqual({ opened: 2, closed: 0 });
});

it('ui-cli/dashboard/program/reconnecting: a question that hangs is given up, and the next one connects anew', async () => {
  const { counts, connections } = counting();
  let answerAction: (text: string) => void = () => undefined;
  const action = connections.use(() => new Promise<string>((resolve) => (answerAction = resolve)));
  await expect(connections.ask(() => new Promise(() => undefined), 5)).rejects.toMatchObject({
    code: 'SERVICE_UNREACHABLE',
  });
  // An action still waits on the first one.
  expect(counts).toEqual({ opened: 1, closed: 0 });
  expect(await connections.ask(async () => 'fine', 60_000)).toBe('fine');
  expect(counts).toEqual({ opened: 2, closed: 0 });
  answerAction('done');
  expect(await action).toBe('done');
  await connections.use(async () => undefined);
  expect(counts).toEqual({ opened: 2, closed: 1 });
});
