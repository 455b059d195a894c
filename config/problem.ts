/** What is wrong with a config: one record a mistake, and the error that carries all of them. */
import { type ErrorCode, TtExpError } from '../contracts/errors.ts';

export interface ConfigProblem {
  /** The file, or the `--set …` that brought the value. */
  readonly file: string;
  /** 1-based; null for a value that comes from `--set`. */
  readonly line: number | null;
  /** 1-based, in UTF-16 units; null for a value that comes from `--set`. */
  readonly column: number | null;
  /** `training.learning_rate`; `(root)` for the whole. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** The nearest valid key or value. */
  readonly suggestion: string | null;
}

/** A problem that leaves the search space without a point has a code of its own when it comes alone. */
export interface FoundProblem extends Omit<ConfigProblem, 'suggestion'> {
  readonly isEmptySpace: boolean;
  /** The suggestion: it takes time, and only the problems that are shown need theirs. */
  readonly suggest: () => string | null;
  /** null: the usual one. */
  readonly hint: string | null;
}

/** Beyond this, problems are neither looked at nor counted. */
export const MOST_PROBLEMS = 1000;

/** Nobody reads more of them at once. */
const MOST_SHOWN = 100;

const extentOf = (count: number): string => {
  const counted = count < MOST_PROBLEMS ? `${count} problems` : `at least ${MOST_PROBLEMS} problems`;
  return count > MOST_SHOWN ? `${counted}, of which ${MOST_SHOWN} are listed` : counted;
};

const MAX_FOUND_LENGTH = 80;

/** A value as it stands in the file, cut where it is long. */
export const describeFound = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > MAX_FOUND_LENGTH ? `${text.slice(0, MAX_FOUND_LENGTH - 1)}…` : text;
};

export const formatPlace = ({ file, line, column }: ConfigProblem): string =>
  line === null ? file : `${file}:${line}:${column ?? 1}`;

/** One line. */
export const formatProblem = (problem: ConfigProblem): string => {
  const meant = problem.suggestion === null ? '' : ` (did you mean ${JSON.stringify(problem.suggestion)}?)`;
  return `${formatPlace(problem)}: ${problem.path}: got ${problem.found}, expected ${problem.expected}${meant}`;
};

/** A key that belongs elsewhere has its whole place. */
const hintFor = ({ path }: ConfigProblem, meant: string): string =>
  meant.includes('.') && !/^sweep\.(space|fixed|enqueue)/.test(path)
    ? `Move it to ${meant}; docs/reference.md lists every key.`
    : `Write ${JSON.stringify(meant)}, or look the key up in docs/reference.md.`;

/** @param found in the order in which they are shown */
export const toConfigError = (file: string, found: readonly FoundProblem[]): TtExpError => {
  const code: ErrorCode = found.every(({ isEmptySpace }) => isEmptySpace) ? 'SPACE_EMPTY' : 'CONFIG_INVALID';
  const problems = found
    .slice(0, MOST_SHOWN)
    .map(
      ({ isEmptySpace: _, hint: __, suggest, ...problem }): ConfigProblem => ({ ...problem, suggestion: suggest() }),
    );
  const [first] = problems;
  const message =
    first !== undefined && problems.length === 1
      ? formatProblem(first)
      : `${file}: got ${extentOf(found.length)}, expected a config that fits the schema`;
  const meant = first?.suggestion ?? null;
  const own = found.every(({ hint }) => hint !== null) ? found[0]?.hint : null;
  const usual =
    code === 'SPACE_EMPTY' && first?.path.startsWith('sweep.constraints') === true
      ? 'Loosen the constraint, or widen the ranges and choices that it mentions.'
      : code === 'SPACE_EMPTY'
        ? 'Give each parameter of sweep.space at least one value: "choice" with a value, or a range with low <= high.'
        : first !== undefined && problems.length === 1 && meant !== null
          ? hintFor(first, meant)
          : 'Correct the config; docs/reference.md lists every key with its values and default.';
  return new TtExpError(code, message, { hint: own ?? usual, details: { problems } });
};
