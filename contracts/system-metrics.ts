/** How MLflow names what a training's process uses. */
import { SYSTEM_METRIC } from './names.ts';
import type { GpuUsage, SystemUsage } from './trainer.ts';

const known = (key: string, value: number | null): Readonly<Record<string, number>> =>
  value === null ? {} : { [key]: value };

const gpuMetrics = ({ utilizationPercent, memoryMegabytes, totalMemoryMegabytes }: GpuUsage) => ({
  ...known(SYSTEM_METRIC.gpu, utilizationPercent),
  ...known(SYSTEM_METRIC.gpuMemory, memoryMegabytes),
  ...known(
    SYSTEM_METRIC.gpuMemoryShare,
    memoryMegabytes === null || totalMemoryMegabytes === null || totalMemoryMegabytes === 0
      ? null
      : (memoryMegabytes / totalMemoryMegabytes) * 100,
  ),
});

/** Metric to value; what is not known is left out. */
export const systemMetrics = ({ cpuPercent, memoryMegabytes, gpu }: SystemUsage): Readonly<Record<string, number>> => ({
  [SYSTEM_METRIC.cpu]: cpuPercent,
  [SYSTEM_METRIC.memory]: memoryMegabytes,
  ...(gpu === undefined ? {} : gpuMetrics(gpu)),
});
