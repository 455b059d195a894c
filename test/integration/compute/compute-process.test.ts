import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ComputeRunner, createGpuSampler } from '../../../compute/index.ts';
import { TtExpError } from '../../../contracts/errors.ts';
import type { ComputeMessage, TrainJob } from '../../../contracts/trainer.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { createTestRunner, fixture, isRunning, TYPESCRIPT, trainJob } from './runner.ts';

let folder = '';
let file = '';
const started: number[] = [];

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-compute-');
  file = join(folder, 'pid');
});

afterEach(async () => {
  for (const pid of started.splice(0)) {
    if (await isRunning(pid)) {
      process.kill(pid, 'SIGKILL');
    }
  }
});

const never = { signal: new AbortController().signal };
const ignore = (): void => undefined;

const failureOf = async (promise: Promise<unknown>): Promise<TtExpError> => {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof TtExpError) {
    return error;
  }
  throw error;
};

const failureOfAct = (act: string, runner: ComputeRunner = createTestRunner()): Promise<TtExpError> =>
  failureOf(runner.train(trainJob(act), ignore, never));

/** Pid that the child wrote once it was at work. */
const writtenPid = async (): Promise<number> => {
  const read = (): Promise<string> => readFile(file, 'utf8').catch(() => '');
  const text = await eventually("the child's process id", read, (written) => written.endsWith('\n'));
  const pid = Number(text.split('\n')[0]);
  started.push(pid);
  return pid;
};

test('messages arrive in order and a large result whole', async () => {
  const steps: number[] = [];
  const { result } = await createTestRunner().train(
    trainJob('count'),
    (message) => steps.push(message.kind === 'step' ? message.step : -1),
    never,
  );
  expect(steps).toEqual(Array.from({ length: 500 }, (_, number) => number));
  expect(result?.modelDigest).toHaveLength(4_000_000);
});

test('compute/compute-runner: an evaluate job gives its result', async () => {
  const runner = createTestRunner();
  const source = { modelFolder: '', encoderFile: '' };
  const job = { datasetFolder: '', candidate: source, champion: null, ancestor: null, usersFile: '' };
  const rules = { confidence: 0.95, margin: null, guards: [] };
  const settings = { kind: 'evaluate', relevanceThreshold: 0.4, seed: 1, ...rules } as const;
  expect(await runner.evaluate({ ...job, ...settings }, never.signal)).toEqual({ users: 7, champion: null, ci: null });
});

test('compute/child-channel: usage covers the time since the last call', async () => {
  const { result } = await createTestRunner().train(trainJob('usage'), ignore, never);
  const { cpuPercent, memoryMegabytes } = JSON.parse(result?.modelDigest ?? '');
  expect(cpuPercent).toBeGreaterThan(0);
  expect(memoryMegabytes).toBeGreaterThan(10);
});

test('compute/child-channel: an error of ours arrives with code, hint and details', async () => {
  const error = await failureOfAct('known');
  expect(error).toMatchObject({ code: 'CHECKPOINT_CORRUPT', message: 'checkpoint: bad digest', hint: 'Delete it.' });
  expect(error.details).toEqual({ epoch: 3 });
});

test('compute/child-channel: an unknown error arrives as INTERNAL and its stack in the log', async () => {
  const lines: string[] = [];
  const error = await failureOfAct('unknown', createTestRunner({ log: (_level, line) => lines.push(line) }));
  expect(error).toMatchObject({ code: 'INTERNAL', message: 'x is not a function' });
  expect(lines.some((line) => line.includes('job-child.ts'))).toBe(true);
});

test('compute/child-channel: too little memory for a tensor arrives as OUT_OF_MEMORY', async () => {
  const error = await failureOfAct('memory');
  expect(error.code).toBe('OUT_OF_MEMORY');
  expect(error.message).toBe('CUDA out of memory: OOM when allocating tensor with shape[4096,4096] and type float');
  expect(error.hint).toContain('batch_size');
});

test('an exit without a result is TRAINER_CRASHED with the line that says why', async () => {
  const error = await failureOfAct('exit');
  expect(error.code).toBe('TRAINER_CRASHED');
  expect(error.message).toContain('exit code 3');
  expect(error.message).toContain('the disk caught fire');
  expect(error.details.lastLines).toEqual(['Error: the disk caught fire', 'some last words']);
});

test('a child killed from outside is TRAINER_CRASHED and suggests a smaller batch', async () => {
  const error = await failureOfAct('kill');
  expect(error).toMatchObject({ code: 'TRAINER_CRASHED', details: { signal: 'SIGKILL' } });
  expect(error.hint).toContain('batch_size');
});

test('a Node that is not there is TRAINER_CRASHED', async () => {
  const error = await failureOfAct('count', createTestRunner({ nodeExecutable: join(folder, 'no-node') }));
  expect(error).toMatchObject({ code: 'TRAINER_CRASHED' });
  expect(error.message).toContain('ENOENT');
});

test('a hung child is killed and TRAINING_STALLED', async () => {
  const runner = createTestRunner({ noProgressLimitMs: 2_000, terminateGraceMs: 200 });
  const error = await failureOf(runner.train(trainJob('block', file), ignore, never));
  expect(error.code).toBe('TRAINING_STALLED');
  expect(await isRunning(await writtenPid())).toBe(false);
});

test('a child that talks may take longer than the no-progress limit', async () => {
  const runner = createTestRunner({ noProgressLimitMs: 3_500 });
  expect(await runner.train(trainJob('chatter'), ignore, never)).toMatchObject({ result: { modelDigest: 'chatter' } });
});

test('a child that computes without a pause, and says so, may take longer as well', async () => {
  const messages: string[] = [];
  const runner = createTestRunner({ noProgressLimitMs: 3_500 });
  const { result } = await runner.train(trainJob('busy'), ({ kind }) => messages.push(kind), never);
  expect(result).toMatchObject({ modelDigest: 'busy' });
  expect(messages).toEqual([]);
});

test('a frozen child is killed and TRAINING_STALLED', async () => {
  const runner = createTestRunner({ noProgressLimitMs: 2_000, terminateGraceMs: 200 });
  const failure = failureOf(runner.train(trainJob('wait', file), ignore, never));
  const pid = await writtenPid();
  process.kill(pid, 'SIGSTOP');
  expect((await failure).code).toBe('TRAINING_STALLED');
  expect(await isRunning(pid)).toBe(false);
});

test('on abort the child tidies up and is dead before the reason is thrown', async () => {
  const stop = new AbortController();
  const running = createTestRunner().train(trainJob('wait', file), ignore, stop);
  const outcome = expect(running).rejects.toThrow('cancelled by a test');
  const pid = await writtenPid();
  stop.abort(new Error('cancelled by a test'));
  await outcome;
  expect(await isRunning(pid)).toBe(false);
  expect(await readFile(file, 'utf8')).toBe(`${pid}\ntidied up\n`);
});

test('a child that does not heed SIGTERM is killed after the grace time', async () => {
  const stop = new AbortController();
  const running = createTestRunner({ terminateGraceMs: 200 }).train(trainJob('block', file), ignore, stop);
  const outcome = expect(running).rejects.toThrow('cancelled by a test');
  const pid = await writtenPid();
  stop.abort(new Error('cancelled by a test'));
  await outcome;
  expect(await isRunning(pid)).toBe(false);
});

test('asked to stop, the child ends its epoch and its result counts', async () => {
  const stop = new AbortController();
  const running = createTestRunner().train(trainJob('epoch', file), ignore, { ...never, stopSignal: stop.signal });
  await writtenPid();
  stop.abort(new Error('no use any more'));
  expect(await running).toMatchObject({ kind: 'stopped', result: { modelDigest: 'of the last epoch' } });
  const before = { ...never, stopSignal: AbortSignal.abort() };
  expect(await createTestRunner().train(trainJob('epoch', file), ignore, before)).toMatchObject({ kind: 'stopped' });
});

test('an epoch that lasts longer than the limit after a stop is ended at once', async () => {
  const stop = new AbortController();
  const runner = createTestRunner({ lastEpochLimitMs: 300 });
  const running = runner.train(trainJob('wait', file), ignore, { ...never, stopSignal: stop.signal });
  const outcome = expect(running).rejects.toThrow('no use any more');
  const pid = await writtenPid();
  stop.abort(new Error('no use any more'));
  await outcome;
  expect(await isRunning(pid)).toBe(false);
  expect(await readFile(file, 'utf8')).toBe(`${pid}\ntidied up\n`);
});

test('an aborted signal starts nothing', async () => {
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(createTestRunner().train(trainJob('wait', file), ignore, { signal })).rejects.toThrow('too late');
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

test('an error in the receiver ends the child and the job', async () => {
  const onMessage = (): void => {
    throw new Error('cannot log');
  };
  await expect(createTestRunner().train(trainJob('wait', file), onMessage, never)).rejects.toThrow('cannot log');
  expect(await isRunning(await writtenPid())).toBe(false);
});

test('a result counts although the child does not end by itself', async () => {
  const seen: ComputeMessage[] = [];
  const runner = createTestRunner({
    childScript: fixture('lingering-child.mjs'),
    nodeArguments: [],
    terminateGraceMs: 200,
  });
  const { result } = await runner.train(trainJob('lingering'), (message) => seen.push(message), never);
  expect(result?.modelDigest).toBe('lingering');
  const [message] = seen;
  if (message?.kind !== 'step') {
    throw new Error('no step arrived');
  }
  started.push(message.step);
  expect(await isRunning(message.epoch)).toBe(false);
});

test.each(['wait', 'block'])(
  'host/processes/parent-watchdog: a child that does %s dies with its worker',
  async (act) => {
    const worker = spawn(process.execPath, [...TYPESCRIPT, fixture('worker-main.ts'), act, file], { stdio: 'ignore' });
    if (worker.pid !== undefined) {
      started.push(worker.pid);
    }
    const child = await writtenPid();
    expect(await isRunning(child)).toBe(true);
    worker.kill('SIGKILL');
    await eventually(
      `the end of process ${child}`,
      () => isRunning(child),
      (isAlive) => !isAlive,
    );
  },
);

test('compute/compute-runner: an epoch on a GPU comes with the use of that GPU, one off the GPU without', async () => {
  // At the second question, the first answer has been kept.
  const script = `#!/bin/sh
    if [ -e "${folder}/asked" ]; then touch "${file}"; fi
    touch "${folder}/asked"
    echo '4, GPU-a, 1, 2, 3'
    echo '6, GPU-b, 87, 30000, 80000'`;
  await writeFile(join(folder, 'nvidia-smi'), script, { mode: 0o755 });
  const environment = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const runner = createTestRunner({
    gpuIds: ['6'],
    plan: { backend: 'gpu', library: 'none', packageFolder: null, gpuIds: ['6'], announcements: [], env: {} },
    gpuSampler: createGpuSampler({ environment, log: ignore, intervalMs: 10 }),
  });
  const gpuOf = async (device: TrainJob['device']): Promise<unknown> => {
    const seen: unknown[] = [];
    await runner.train(
      trainJob('gpu', file, device),
      (message) => seen.push(message.kind === 'epoch' ? message.usage : message),
      never,
    );
    return seen;
  };
  const own = { cpuPercent: expect.any(Number), memoryMegabytes: expect.any(Number) };
  const gpu = { utilizationPercent: 87, memoryMegabytes: 30_000, totalMemoryMegabytes: 80_000 };
  expect(await gpuOf('auto')).toEqual([{ ...own, gpu }]);
  expect(await gpuOf('cpu')).toEqual([own]);
});

test('compute/compute-runner: a slot sets device and threads, and further jobs wait for one', async () => {
  const plan = { backend: 'gpu', library: 'none', packageFolder: null, gpuIds: ['4', '6'], announcements: [] } as const;
  const runner = createTestRunner({
    slots: 2,
    threadsPerSlot: 3,
    gpuIds: plan.gpuIds,
    plan: { ...plan, env: { FROM_PLAN: 'yes' } },
  });
  const digestOf = async (device: TrainJob['device']): Promise<string | undefined> =>
    (await runner.train(trainJob('variables', '', device), ignore, never)).result?.modelDigest;
  const [first, second] = await Promise.all([digestOf('auto'), digestOf('auto')]);
  expect([first, second].sort()).toEqual(['gpu 4 3 3 yes', 'gpu 6 3 3 yes']);
  expect(await digestOf('cpu')).toBe('native -1 3 3 yes');
  expect(await Promise.all([digestOf('auto'), digestOf('auto'), digestOf('auto')])).toHaveLength(3);
});
