/** Against an `nvidia-smi` of our own, first on PATH: a script that does what its act says, and counts its calls. */
import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createGpuSampler, type GpuSampler, type GpuWatch } from '../../../compute/gpu-sampler.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const run = promisify(execFile);

let folder = '';
let logged: string[] = [];
let nowMs = 0;

beforeEach(async () => {
  folder = await temporaryFolder('tt-exp-gpu-');
  logged = [];
  nowMs = 0;
});

const callsSoFar = async (): Promise<readonly string[]> =>
  (await readFile(join(folder, 'calls'), 'utf8').catch(() => '')).split('\n').slice(0, -1);

const act = async (script: string): Promise<void> => {
  const file = join(folder, 'nvidia-smi');
  await writeFile(file, `#!/bin/sh\necho "$@" >> "${folder}/calls"\ncall=$(wc -l < "${folder}/calls")\n${script}\n`);
  await chmod(file, 0o755);
};

const sampler = ({ timeLimitMs = 60_000 } = {}): GpuSampler =>
  createGpuSampler({
    environment: { PATH: `${folder}:/usr/bin:/bin` },
    log: (_level, line) => logged.push(line),
    intervalMs: 10,
    timeLimitMs,
    nowMs: () => nowMs,
  });

const watch = (of: GpuSampler, gpuId = '0'): GpuWatch => {
  const watched = of.watch(gpuId);
  onTestFinished(watched.end);
  return watched;
};

const calledTimes = (times: number): Promise<unknown> =>
  eventually(`call ${times}`, callsSoFar, ({ length }) => length >= times);

const saidOnce = (): Promise<unknown> =>
  eventually(
    'a line in the log',
    () => logged,
    ({ length }) => length > 0,
  );

/** The third call answers nothing: what it asks for has come by then. */
const TWO_ANSWERS = `
case $call in
  1) echo '0, GPU-a, 99, 1, 80000'; echo '1, GPU-b, 40, 1000, 80000' ;;
  2) echo '0, GPU-a, 99, 1, 80000'; echo '1, GPU-b, 60, 3000, 80000' ;;
  *) sleep 600 ;;
esac`;

test('who watches a GPU gets the mean of what came since the last time, of that GPU alone', async () => {
  await act(TWO_ANSWERS);
  const watched = watch(sampler(), '1');
  expect(watched.take()).toBeNull();
  await calledTimes(3);
  // (40 + 60) / 2 and (1000 + 3000) / 2
  expect(watched.take()).toEqual({ utilizationPercent: 50, memoryMegabytes: 2_000, totalMemoryMegabytes: 80_000 });
  expect((await callsSoFar())[0]).toBe(
    '--query-gpu=index,uuid,utilization.gpu,memory.used,memory.total --format=csv,noheader,nounits',
  );
});

test('without a sample since the last time the newest one holds, until it is old or of before a restart', async () => {
  await act(TWO_ANSWERS);
  const of = sampler();
  const [watched, other] = [watch(of, '1'), watch(of, '1')];
  await calledTimes(3);
  watched.take();
  expect(watched.take()).toMatchObject({ utilizationPercent: 60, memoryMegabytes: 3_000 });
  other.restart();
  expect(other.take()).toBeNull();
  // Three intervals and the limit of a question.
  nowMs += 3 * 10 + 60_000 + 1;
  expect(watched.take()).toBeNull();
});

test('what the driver does not tell is null', async () => {
  await act(`[ $call -gt 1 ] && sleep 600; echo '0, GPU-a, [N/A], 512, [Not Supported]'`);
  const watched = watch(sampler());
  await calledTimes(2);
  expect(watched.take()).toEqual({ utilizationPercent: null, memoryMegabytes: 512, totalMemoryMegabytes: null });
  expect(logged).toEqual([]);
});

test('a GPU that is not listed is named once', async () => {
  await act(`echo '0, GPU-a, 1, 512, 1024'`);
  const watched = watch(sampler(), 'MIG-5');
  await calledTimes(4);
  expect(watched.take()).toBeNull();
  expect(logged).toEqual(['`nvidia-smi` lists no GPU MIG-5; its use is not recorded.']);
});

test.each([
  ['that hangs', 'sleep 600', 'ended by its time limit of 0.3 s, 3 times in a row'],
  ['that fails', 'echo "NVIDIA-SMI has failed" >&2; exit 1', 'exit code 1: NVIDIA-SMI has failed, 3 times in a row'],
  ['that prints nothing of use', 'echo No devices were found', 'exit code 0: No devices were found, 3 times in a row'],
])('a driver %s is asked three times, and the log says so once', async (_how, script, problem) => {
  await act(script);
  const of = sampler({ timeLimitMs: script.startsWith('sleep') ? 300 : 60_000 });
  const watched = watch(of);
  await saidOnce();
  const { length } = await callsSoFar();
  expect(length).toBeLessThanOrEqual(3);
  watch(of);
  expect(await callsSoFar()).toHaveLength(length);
  expect(watched.take()).toBeNull();
  expect(logged).toEqual([
    `\`nvidia-smi\` does not tell the use of the GPUs (${problem}); this worker records it no more. ` +
      'Trainings continue. Check the driver with `nvidia-smi`, then restart the worker.',
  ]);
});

test('a failure between answers counts for nothing', async () => {
  await act(`[ $((call % 3)) -eq 0 ] || exit 1; echo '0, GPU-a, 7, 512, 1024'`);
  const watched = watch(sampler());
  await calledTimes(10);
  expect(watched.take()).toMatchObject({ utilizationPercent: 7 });
  expect(logged).toEqual([]);
});

test('a machine without the program is asked once', async () => {
  const none = createGpuSampler({ environment: { PATH: '/nowhere' }, log: (_level, line) => logged.push(line) });
  watch(none);
  await saidOnce();
  expect(logged[0]).toContain('(ENOENT)');
});

test('one that survives being killed is let go, and asked no more', async () => {
  // Out of reach in a process group of its own, it holds the output open, as one that hangs in the kernel does.
  await act(`setsid sleep 600 & echo $! > "${folder}/pid"; wait`);
  const watched = watch(sampler({ timeLimitMs: 1_000 }));
  await saidOnce();
  process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), 'SIGKILL');
  expect(logged).toHaveLength(1);
  expect(logged[0]).toContain('(it does not end, even when killed)');
  expect(watched.take()).toBeNull();
});

test('when nobody watches any more, the question is ended', async () => {
  await act(`echo $$ > "${folder}/pid.new"; mv "${folder}/pid.new" "${folder}/pid"; exec sleep 600`);
  const watched = watch(sampler());
  const read = (): Promise<string> => readFile(join(folder, 'pid'), 'utf8').catch(() => '');
  const pid = Number(await eventually('the pid of the question', read, (text) => text !== ''));
  watched.end();
  const state = (): Promise<string> => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  await eventually('its end', state, (text) => text === '' || /\) Z /.test(text));
  expect(logged).toEqual([]);
});

test('a process that ends does not wait for its question', async () => {
  await act(`echo $$ > "${folder}/pid"; exec sleep 600`);
  const module = new URL('../../../compute/gpu-sampler.ts', import.meta.url).href;
  const script = `
    import { access } from 'node:fs/promises';
    import { createGpuSampler } from '${module}';
    createGpuSampler({ environment: { PATH: '${folder}:/usr/bin:/bin' }, log: console.log }).watch('0');
    const asked = () => access('${folder}/pid').catch(() => new Promise((go) => setTimeout(go, 20)).then(asked));
    await asked();`;
  const { stdout } = await run(process.execPath, [
    '--import',
    import.meta.resolve('tsx'),
    '--input-type=module',
    '-e',
    script,
  ]);
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
  const state = await readFile(`/proc/${pid}/stat`, 'utf8');
  process.kill(pid, 'SIGKILL');
  expect(state).toMatch(/\) S /);
  expect(stdout).toBe('');
});
