/**
 * The use of GPUs while trainings run on them. A driver that hangs takes `nvidia-smi` with it, at worst where no signal
 * reaches it, so nothing ever waits for an answer: who asks gets the samples that have come.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../contracts/log.ts';
import type { GpuUsage } from '../contracts/trainer.ts';
import { type CommandResult, runCommand } from '../host/processes/run-command.ts';
import type { Variables } from '../host/processes/variables.ts';
import { GPU_QUERY, gpuNamed, type ListedGpu, parseGpuUsage } from './gpu-usage.ts';

export interface GpuSamplerOptions {
  readonly environment: Variables;
  readonly log: Log;
  /** From an answer to the next question. */
  readonly intervalMs?: number;
  /** Of one question; it is killed then. */
  readonly timeLimitMs?: number;
  readonly nowMs?: () => number;
}

export interface GpuWatch {
  /** Means since the last call, or the newest sample where none has come since; null without a recent one. */
  take(): GpuUsage | null;
  /** Forgets what has come so far. */
  restart(): void;
  /** Idempotent. */
  end(): void;
}

export interface GpuSampler {
  /** `nvidia-smi` is asked while somebody watches. */
  watch(gpuId: string): GpuWatch;
}

const INTERVAL_MS = 5_000;
const TIME_LIMIT_MS = 10_000;
/** A killed program has ended by then, in parts of the limit, unless it hangs in the kernel. */
const GIVEN_UP_AFTER = 1.2;
const MOST_FAILURES = 3;
/** An older sample says nothing of now. */
const RECENT_INTERVALS = 3;

type Answer = { readonly gpus: readonly ListedGpu[] } | { readonly problem: string; readonly isFinal: boolean };

const answerOf = (result: CommandResult | null): Answer => {
  if (result === null) {
    return { problem: 'it does not end, even when killed', isFinal: true };
  }
  if (result.kind === 'broken') {
    return { problem: result.reason, isFinal: result.reason === 'ENOENT' };
  }
  const gpus = result.code === 0 ? parseGpuUsage(result.lines) : [];
  const firstLine = result.lines.find((line) => line.trim() !== '');
  return gpus.length > 0
    ? { gpus }
    : { problem: `exit code ${result.code}${firstLine === undefined ? '' : `: ${firstLine}`}`, isFinal: false };
};

const meanOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

export const createGpuSampler = (options: GpuSamplerOptions): GpuSampler => {
  const { environment, log, intervalMs = INTERVAL_MS, timeLimitMs = TIME_LIMIT_MS } = options;
  const nowMs = options.nowMs ?? (() => performance.now());
  const watching = new Map<symbol, (gpus: readonly ListedGpu[]) => void>();
  let isAsking = false;
  let isGivenUp = false;
  let failures = 0;
  const unlisted = new Set<string>();
  let unwatched = new AbortController();

  /** null: it was not over in time, though killed. */
  const ask = (): Promise<CommandResult | null> =>
    Promise.race([
      runCommand({
        command: 'nvidia-smi',
        args: GPU_QUERY,
        env: environment,
        timeoutMs: timeLimitMs,
        signal: unwatched.signal,
        endsWithChildren: true,
        isBackground: true,
      }),
      sleep(GIVEN_UP_AFTER * timeLimitMs, null, { ref: false }),
    ]);

  const note = (answer: Answer): void => {
    if ('gpus' in answer) {
      failures = 0;
      for (const take of watching.values()) {
        take(answer.gpus);
      }
      return;
    }
    failures += 1;
    if (answer.isFinal || failures >= MOST_FAILURES) {
      isGivenUp = true;
      const times = failures === 1 ? '' : `, ${failures} times in a row`;
      log(
        'warn',
        `\`nvidia-smi\` does not tell the use of the GPUs (${answer.problem}${times}); this worker records it no more. ` +
          'Trainings continue. Check the driver with `nvidia-smi`, then restart the worker.',
      );
    }
  };

  const askWhileWatched = async (): Promise<void> => {
    isAsking = true;
    while (watching.size > 0 && !isGivenUp) {
      const { signal } = unwatched;
      const result = await ask();
      if (!signal.aborted) {
        note(answerOf(result));
      }
      await sleep(intervalMs, undefined, { ref: false });
    }
    isAsking = false;
  };

  return {
    watch: (gpuId) => {
      const key = Symbol(gpuId);
      let fresh: ListedGpu[] = [];
      let newest: { readonly sample: ListedGpu; readonly atMs: number } | null = null;
      watching.set(key, (gpus) => {
        const sample = gpuNamed(gpus, gpuId);
        if (sample !== null) {
          newest = { sample, atMs: nowMs() };
          fresh.push(sample);
        } else if (!unlisted.has(gpuId)) {
          unlisted.add(gpuId);
          log('warn', `\`nvidia-smi\` lists no GPU ${gpuId}; its use is not recorded.`);
        }
      });
      if (!isAsking && !isGivenUp) {
        void askWhileWatched();
      }
      return {
        take: () => {
          const isRecent = newest !== null && nowMs() - newest.atMs <= RECENT_INTERVALS * intervalMs + timeLimitMs;
          const samples = fresh.length > 0 ? fresh : isRecent && newest !== null ? [newest.sample] : [];
          fresh = [];
          const of = (field: keyof GpuUsage): number | null => meanOf(samples.map((sample) => sample[field]));
          return samples.length === 0
            ? null
            : {
                utilizationPercent: of('utilizationPercent'),
                memoryMegabytes: of('memoryMegabytes'),
                totalMemoryMegabytes: of('totalMemoryMegabytes'),
              };
        },
        restart: () => {
          fresh = [];
          newest = null;
        },
        end: () => {
          if (watching.delete(key) && watching.size === 0) {
            unwatched.abort();
            unwatched = new AbortController();
          }
        },
      };
    },
  };
};
