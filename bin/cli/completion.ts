/** Names for shells: kept in the home, so that an answer takes no longer than starting this program. */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openQuestions } from '../../client/open-questions.ts';
import { readEnvironment } from '../../config/env.ts';
import { isObject } from '../../contracts/is-object.ts';
import { TAG } from '../../contracts/names.ts';
import { exists } from '../../host/files/file-errors.ts';
import { readJsonFile, writeJsonFile } from '../../host/files/json-file.ts';
import { homeLayout } from '../../host/home-layout.ts';
import type { CompletionNames, CompletionRuntime } from '../../ui-cli/completion/completion-runtime.ts';
import { createHomeServices } from '../home-services.ts';
import { openTracking } from '../open-tracking.ts';
import { PACKAGE } from '../package-files.ts';
import { serviceLogs } from './logs.ts';

/** What MLflow knows. */
type Remembered = Pick<CompletionNames, 'experiments' | 'trials' | 'models' | 'questions'>;

interface Kept extends Remembered {
  readonly askedAtMs: number;
}

const NONE: Kept = { askedAtMs: 0, experiments: [], trials: [], models: [], questions: [] };

const FRESH_MS = 10_000;
/** Somebody has pressed a key and waits; later the answer of now serves the next key. */
const WAIT_MS = 700;
/** A server that hangs must not leave processes behind. */
const LIFETIME_MS = 10_000;
const MOST_RUNS = 500;
const NO_RETRY = { budgetMs: 0, firstDelayMs: 0, maxDelayMs: 0 };

const cacheFile = (): string => join(readEnvironment().homeFolder, 'completion.json');

/** What an earlier version or another hand has left there counts as nothing. */
const readKept = async (): Promise<Kept> => {
  const found = await readJsonFile(cacheFile()).catch(() => undefined);
  const texts = (value: unknown): readonly string[] =>
    Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  return isObject(found) && typeof found.askedAtMs === 'number'
    ? {
        askedAtMs: found.askedAtMs,
        experiments: texts(found.experiments),
        trials: texts(found.trials),
        models: texts(found.models),
        questions: texts(found.questions),
      }
    : NONE;
};

/** In a process of its own: one that waits for a server cannot hold the shell up. */
const refreshElsewhere = (): Promise<void> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [...process.execArgv, PACKAGE.cliScript, '__complete', '--refresh'], {
      detached: true,
      stdio: 'ignore',
    });
    const timer = setTimeout(resolve, WAIT_MS);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
    child.unref();
  });

const datasetNames = async (): Promise<readonly string[]> => {
  const folder = join(homeLayout(readEnvironment().homeFolder).dataFolder, 'versions');
  return (await exists(folder)) ? (await readdir(folder)).filter((name) => name.startsWith('ds-')) : [];
};

export const completionNames: CompletionRuntime['completionNames'] = async () => {
  const kept = await readKept();
  if (Date.now() - kept.askedAtMs > FRESH_MS && (await exists(readEnvironment().homeFolder))) {
    await refreshElsewhere();
  }
  const { askedAtMs: _, ...names } = await readKept();
  return { ...names, datasets: await datasetNames(), services: (await serviceLogs()).map(({ name }) => name) };
};

const distinct = (values: readonly (string | undefined)[]): readonly string[] => [
  ...new Set(values.filter((value): value is string => value !== undefined)),
];

/** Throws where no MLflow runs: then what was kept stays. */
export const refreshCompletion: CompletionRuntime['refreshCompletion'] = async () => {
  const timer = setTimeout(() => process.exit(1), LIFETIME_MS);
  timer.unref();
  const environment = readEnvironment();
  const uri = await createHomeServices(environment, () => undefined).mlflowAddress();
  const tracking = openTracking(environment, uri, { retry: NO_RETRY });
  try {
    const ids = await tracking.experimentIds();
    const [models, runs, questions] = await Promise.all([
      tracking.modelNames(),
      tracking.newestRuns(ids, MOST_RUNS),
      openQuestions(tracking, ids),
    ]);
    const tagsOf = runs.map(({ tags }) => ({ experiment: tags[TAG.experimentId], trial: tags[TAG.trialId] }));
    const kept: Kept = {
      askedAtMs: Date.now(),
      experiments: distinct(tagsOf.map(({ experiment }) => experiment)),
      trials: distinct(
        tagsOf.map(({ experiment, trial }) =>
          experiment === undefined || trial === undefined ? undefined : `${experiment}/${trial}`,
        ),
      ),
      models: models.toSorted(),
      questions,
    };
    await writeJsonFile(cacheFile(), kept);
  } finally {
    await tracking.close();
  }
};
