import type { RungQuestion } from '../../policy/schedulers/scheduler.ts';

/** Trial 9 with these values of its own, one epoch apart, the last one beside these of its peers. */
export const rungQuestion = (own: readonly number[], peers: readonly number[] = []): RungQuestion => ({
  index: 9,
  rung: own.length - 1,
  reports: own.map((value, rung) => ({ epoch: rung + 1, value, sequence: 20 + rung })),
  peers: peers.map((value, index) => ({ index, report: { epoch: own.length, value, sequence: index } })),
});
