/** How often the gate is wrong, and what it finds, in simulated sweeps and years; beside gates that see means alone. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../config/env.ts';
import { elementAt } from '../contracts/element-at.ts';
import { lookShare, shelfLife } from '../policy/gate/alpha-ledger.ts';
import { locateMlflow } from '../services/provision/mlflow-python.ts';
import {
  GATE,
  isPromoted,
  type PointPair,
  pointPair,
  simulateSweep,
  simulateYear,
} from '../test/support/simulate-gate.ts';
import { simulatePair } from '../test/support/simulated-users.ts';
import { measureFewUsers } from './gate-few-users.ts';
import { row, shareOf } from './shares.ts';

const SWEEPS = 1000;
const SWEEP_USERS = [150, 350, 2000];
const YEARS = 1000;
const WEEKS = 52;
const POWER_USERS = 1000;
const POWER_TESTS = 500;
const LIFTS = [0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04];
/** Look whose level the power is shown for, beside the first one's. */
const LATER_LOOK = 26;

const THRESHOLDS = [
  { name: 'MetricThreshold, absolute 0.005', arguments: { min_absolute_change: 0.005 } },
  { name: 'MetricThreshold, relative 5 %', arguments: { min_relative_change: 0.05 } },
] as const;

interface MeanGates {
  readonly mlflowVersion: string;
  /** For each pair, whether each of THRESHOLDS passes it, by MLflow's own validation. */
  passes(pairs: readonly PointPair[]): readonly (readonly boolean[])[];
}

const openMeanGates = async (): Promise<MeanGates> => {
  const { cacheFolder, variables } = readEnvironment();
  const requirementsFolder = fileURLToPath(new URL('../services/provision', import.meta.url));
  const mlflow = await locateMlflow({ cacheFolder, requirementsFolder, environment: variables });
  if (mlflow === null) {
    throw new Error('MLflow is not installed: run `tt-exp up` once');
  }
  return {
    mlflowVersion: mlflow.version,
    passes: (pairs) => {
      const asked = spawnSync(mlflow.python, ['-I', fileURLToPath(new URL('metric-threshold.py', import.meta.url))], {
        input: JSON.stringify({
          thresholds: THRESHOLDS.map((threshold) => threshold.arguments),
          pairs: pairs.map(({ candidate, champion }) => [candidate, champion]),
        }),
        encoding: 'utf8',
        maxBuffer: 1e9,
      });
      if (asked.status !== 0) {
        throw new Error(`metric-threshold.py: ${asked.stderr}`);
      }
      const { passed } = JSON.parse(asked.stdout) as { readonly passed: readonly (readonly boolean[])[] };
      return pairs.map((_, pair) => passed.map((results) => elementAt(results, pair)));
    },
  };
};

const isAhead = ({ candidate, champion }: PointPair): boolean => candidate > champion;
const MEAN_GATES = ['mean is higher', ...THRESHOLDS.map(({ name }) => name)];

const simulateSweeps = (gates: MeanGates): readonly string[] => [
  `${SWEEPS} sweeps of ten equal trials: how often one that is no better than the champion is promoted.`,
  '',
  row('test users', 'gate', 'gate, asked on the users that chose the trial', ...MEAN_GATES),
  `|${'---|'.repeat(3 + MEAN_GATES.length)}`,
  ...SWEEP_USERS.map((users) => {
    const sweeps = Array.from({ length: SWEEPS }, (_, seed) => simulateSweep({ users, seed }));
    const means = sweeps.map((sweep) => sweep.means);
    const passed = gates.passes(means);
    return row(
      users,
      shareOf(sweeps.map((sweep) => sweep.isPromoted)),
      shareOf(sweeps.map((sweep) => sweep.isPromotedOnChoosing)),
      shareOf(means.map(isAhead)),
      ...THRESHOLDS.map((_, index) => shareOf(passed.map((results) => elementAt(results, index)))),
    );
  }),
];

const simulateYears = (gates: MeanGates): readonly string[] => {
  const users = 350;
  const years = Array.from({ length: YEARS }, (_, seed) => simulateYear({ users, retrains: WEEKS, seed: seed * 100 }));
  const passed = gates.passes(years.flatMap((year) => year.means));
  const anyPasses = (threshold: number): readonly boolean[] =>
    years.map((_, year) =>
      passed.slice(year * WEEKS, (year + 1) * WEEKS).some((results) => elementAt(results, threshold)),
    );
  return [
    `${YEARS} years of ${WEEKS} weekly retrains against one champion on the same ${users} users: how often any of them is promoted, although none is better.`,
    '',
    row('gate', 'gate, full level at every look', ...MEAN_GATES),
    `|${'---|'.repeat(2 + MEAN_GATES.length)}`,
    row(
      shareOf(years.map((year) => year.isPromoted)),
      shareOf(years.map((year) => year.isPromotedAtFullLevel)),
      shareOf(years.map((year) => year.means.some(isAhead))),
      ...THRESHOLDS.map((_, index) => shareOf(anyPasses(index))),
    ),
  ];
};

const simulatePower = (gates: MeanGates): readonly string[] => {
  const later = 1 - 2 * lookShare(GATE.confidence, LATER_LOOK);
  return [
    `${POWER_TESTS} tests of ${POWER_USERS} users each: how often a candidate is promoted whose true mean exceeds the champion's 0.164 by the lift.`,
    '',
    row('lift', 'gate, first look', `gate, look ${LATER_LOOK} of ${shelfLife(GATE.confidence)}`, ...MEAN_GATES),
    `|${'---|'.repeat(3 + MEAN_GATES.length)}`,
    ...LIFTS.map((lift) => {
      const pairs = Array.from({ length: POWER_TESTS }, (_, seed) => simulatePair({ users: POWER_USERS, lift, seed }));
      const means = pairs.map(pointPair);
      const passed = gates.passes(means);
      return row(
        lift,
        shareOf(pairs.map((pair, seed) => isPromoted(pair, GATE.confidence, seed))),
        shareOf(pairs.map((pair, seed) => isPromoted(pair, later, seed))),
        shareOf(means.map(isAhead)),
        ...THRESHOLDS.map((_, index) => shareOf(passed.map((results) => elementAt(results, index)))),
      );
    }),
  ];
};

/** Markdown, with 95 % intervals of each share. */
export const measureRates = async (): Promise<readonly string[]> => {
  const gates = await openMeanGates();
  return [
    `Stated level: ${(100 * (1 - GATE.confidence)).toFixed(0)} % for all looks at one test part together, half of it for the first. In brackets: 95 % interval of the simulation. MetricThreshold: \`mlflow.validate_evaluation_results\` of MLflow ${gates.mlflowVersion}.`,
    '',
    ...simulateSweeps(gates),
    '',
    ...measureFewUsers(),
    '',
    ...simulateYears(gates),
    '',
    ...simulatePower(gates),
  ];
};
