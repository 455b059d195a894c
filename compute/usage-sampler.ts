import type { SystemUsage } from '../contracts/trainer.ts';

/** What the sampler reads of its process; tests pass their own. */
export interface UsageSource {
  /** Processor time so far, user and system, in microseconds. */
  cpuMicroseconds(): number;
  elapsedMs(): number;
  memoryBytes(): number;
}

const ownProcess: UsageSource = {
  cpuMicroseconds: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  elapsedMs: () => performance.now(),
  memoryBytes: () => process.memoryUsage.rss(),
};

/** Each call covers the time since the one before; 100 percent is one core, all threads together. */
export const createUsageSampler = (source: UsageSource = ownProcess): (() => SystemUsage) => {
  let lastCpu = source.cpuMicroseconds();
  let lastMs = source.elapsedMs();
  return () => {
    const cpu = source.cpuMicroseconds();
    const nowMs = source.elapsedMs();
    const passedMs = Math.max(1, nowMs - lastMs);
    const cpuPercent = ((cpu - lastCpu) / 1000 / passedMs) * 100;
    lastCpu = cpu;
    lastMs = nowMs;
    return { cpuPercent, memoryMegabytes: source.memoryBytes() / 2 ** 20 };
  };
};
