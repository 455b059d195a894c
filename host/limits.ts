/** What data work may take of this machine: the same for commands and workers, since both write the same versions. */
export const DATA_LIMITS = { memoryLimitMegabytes: 2048, threads: 2 } as const;
