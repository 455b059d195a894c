/** Metrics of users and items given online. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Side } from '../../contracts/row-encoding.ts';
import type { Put } from '../additions/addition-log.ts';
import type { Additions } from '../additions/open-additions.ts';
import type { BundleSource } from './served-bundle.ts';

const SIDES = ['user', 'item'] as const;

export type AdditionOutcome = Put | 'refused' | 'erased';

/** Returns what counts one. */
export const createAdditionMetrics = (
  registers: Registry[],
  source: BundleSource,
  additions: Additions,
): ((side: Side, result: AdditionOutcome) => void) => {
  const added = new Counter({
    name: 'tt_exp_additions_total',
    help: 'Users and items given online by what became of them; refused: sent by whoever may, and not kept.',
    labelNames: ['side', 'result'],
    registers,
  });
  new Gauge({
    name: 'tt_exp_additions',
    help: 'Users and items given online that the bundle has not, by whether it has encoded them.',
    labelNames: ['side', 'state'],
    registers,
    collect() {
      for (const side of SIDES) {
        const none = { rows: 0, waiting: 0, withoutVector: 0 };
        const { rows, waiting, withoutVector } = source.current().additions?.count(side) ?? none;
        this.set({ side, state: 'encoded' }, rows - waiting - withoutVector);
        this.set({ side, state: 'waiting' }, waiting);
        this.set({ side, state: 'without_vector' }, withoutVector);
      }
    },
  });
  new Gauge({
    name: 'tt_exp_addition_lines_damaged',
    help: 'Lines of the log of additions that are none.',
    registers,
    collect() {
      this.set(additions.damagedLines());
    },
  });
  return (side, result) => added.inc({ side, result });
};
