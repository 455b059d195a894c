/** Test functions for samplers, the lower the better, with the spaces that they are usually searched in. */
import type { SweepConfig } from '../contracts/experiment-config.ts';
import type { TrialParams } from '../contracts/trial.ts';

export interface Problem {
  readonly name: string;
  readonly space: SweepConfig['space'];
  readonly evaluate: (params: TrialParams) => number;
}

type Vector = readonly number[];

const cube = (dimensions: number, low: number, high: number): SweepConfig['space'] =>
  Object.fromEntries(Array.from({ length: dimensions }, (_, axis) => [`x${axis}`, { float: { low, high } }]));

const vectorOf = (params: TrialParams): Vector =>
  Array.from({ length: Object.keys(params).length }, (_, axis) => Number(params[`x${axis}`]));

const sum = (values: Vector): number => values.reduce((total, value) => total + value, 0);

const sphere = (x: Vector): number => sum(x.map((value) => value ** 2));

const rosenbrock = (x: Vector): number =>
  sum(x.slice(1).map((next, axis) => 100 * (next - (x[axis] ?? 0) ** 2) ** 2 + (1 - (x[axis] ?? 0)) ** 2));

const ackley = (x: Vector): number =>
  -20 * Math.exp(-0.2 * Math.sqrt(sphere(x) / x.length)) -
  Math.exp(sum(x.map((value) => Math.cos(2 * Math.PI * value))) / x.length) +
  20 +
  Math.E;

const branin = (u: number, v: number): number =>
  (v - (5.1 / (4 * Math.PI ** 2)) * u ** 2 + (5 / Math.PI) * u - 6) ** 2 +
  10 * (1 - 1 / (8 * Math.PI)) * Math.cos(u) +
  10;

const HARTMANN_WEIGHTS = [1, 1.2, 3, 3.2];
const HARTMANN_SCALES = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_CENTRES = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];
const hartmann6 = (x: Vector): number =>
  -sum(
    HARTMANN_WEIGHTS.map((weight, row) => {
      const scales = HARTMANN_SCALES[row] ?? [];
      const centres = HARTMANN_CENTRES[row] ?? [];
      return weight * Math.exp(-sum(x.map((value, axis) => (scales[axis] ?? 0) * (value - (centres[axis] ?? 0)) ** 2)));
    }),
  );

/** Each branch has a floor and a valley of its own; numbers, whole numbers, steps and names. */
const mixed = (params: TrialParams): number => {
  const valueOfKey = (key: string): number => Number(params[key]);
  const shared = ((valueOfKey('width') - 96) / 64) ** 2;
  switch (params.kind) {
    case 'a':
      return 1 + shared + (valueOfKey('a_depth') - 3) ** 2 / 4;
    case 'b':
      return 0.3 + shared + 4 * (valueOfKey('b_rate') - 0.7) ** 2 + (params.b_mode === 'z' ? 0 : 0.4);
    default:
      return shared + Math.log10(valueOfKey('c_scale') / 0.02) ** 2 + 2 * Math.abs(valueOfKey('c_share') - 0.25);
  }
};

/** Like a learning rate, a decay that goes with it, and a batch. */
const logarithmic = (params: TrialParams): number => {
  const rate = Math.log10(Number(params.rate) / 2e-3);
  const decay = Math.log10(Number(params.decay) / 1e-4);
  return rate ** 2 + 0.5 * (decay + 0.5 * rate) ** 2 + 0.3 * Math.log2(Number(params.batch) / 200) ** 2;
};

export const PROBLEMS: readonly Problem[] = [
  { name: 'Sphere, 5 dimensions', space: cube(5, -5.12, 5.12), evaluate: (params) => sphere(vectorOf(params)) },
  {
    name: 'Rosenbrock, 4 dimensions',
    space: cube(4, -2.048, 2.048),
    evaluate: (params) => rosenbrock(vectorOf(params)),
  },
  {
    name: 'Branin',
    space: { u: { float: { low: -5, high: 10 } }, v: { float: { low: 0, high: 15 } } },
    evaluate: ({ u, v }) => branin(Number(u), Number(v)),
  },
  { name: 'Hartmann, 6 dimensions', space: cube(6, 0, 1), evaluate: (params) => hartmann6(vectorOf(params)) },
  { name: 'Ackley, 5 dimensions', space: cube(5, -32.768, 32.768), evaluate: (params) => ackley(vectorOf(params)) },
  {
    name: 'Mixed, conditional',
    space: {
      kind: { choice: ['a', 'b', 'c'] },
      width: { int: { low: 16, high: 256, step: 16 } },
      a_depth: { int: { low: 1, high: 6 }, when: { kind: ['a'] } },
      b_rate: { float: { low: 0, high: 1 }, when: { kind: ['b'] } },
      b_mode: { choice: ['x', 'y', 'z'], when: { kind: ['b'] } },
      c_scale: { float: { low: 1e-4, high: 1, log: true }, when: { kind: ['c'] } },
      c_share: { float: { low: 0, high: 1, step: 0.05 }, when: { kind: ['c'] } },
    },
    evaluate: mixed,
  },
  {
    name: 'Logarithmic',
    space: {
      rate: { float: { low: 1e-6, high: 1, log: true } },
      decay: { float: { low: 1e-8, high: 1, log: true } },
      batch: { int: { low: 8, high: 4096, log: true } },
    },
    evaluate: logarithmic,
  },
];
