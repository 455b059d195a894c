// What an experiment online costs the server that runs it: the champion alone, a split and drafted lists, in turn.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';
import { median } from './median.ts';
import { type Latencies, openLoad } from './open-load.ts';
import type { ExperimentMode } from './serve-experiment-target.ts';

const MODES: readonly ExperimentMode[] = ['champion alone', 'split', 'interleave'];
const RATE = 1000;

export interface ExperimentLoad {
  readonly folder: string;
  /** Folders of the two bundles. */
  readonly champion: string;
  readonly challenger: string;
  /** Path of a list. */
  readonly pathOf: (request: number) => string;
  readonly rounds: number;
  readonly seconds: number;
}

/** One line for each: the most requests a second, and how long they take at a rate that all of them keep. */
export const measureExperiments = async ({
  folder,
  champion,
  challenger,
  pathOf,
  rounds,
  seconds,
}: ExperimentLoad): Promise<readonly string[]> => {
  const requests = Array.from({ length: 500 }, (_, number) => ({ path: pathOf(number) }));
  const results = new Map(MODES.map((mode) => [mode, { rates: [] as number[], loads: [] as Latencies[] }]));
  let failed = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const [mode, { rates, loads }] of results) {
      const child = fork(new URL('serve-experiment-target.ts', import.meta.url), [mode, folder, champion, challenger], {
        execArgv: ['--import', 'tsx'],
      });
      const [url] = (await once(child, 'message')) as [string];
      const common = { url, connections: 10, duration: seconds, requests };
      const most = await autocannon(common);
      const steady = await openLoad({ url, rate: RATE, seconds, seed: round, pathOf });
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rates.push(most.requests.average);
      loads.push(steady);
      failed += most.non2xx + most.errors + steady.failed;
    }
  }
  return [...results].map(([mode, { rates, loads }]) => {
    const [p50, p99] = [median(loads.map((load) => load.p50)), median(loads.map((load) => load.p99))];
    return `250 items, ${mode}: ${median(rates).toFixed(0)} requests/s as fast as it goes; at ${RATE}/s p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (medians of ${rounds}; ${failed} failed in all)`;
  });
};
