/** The experiment online of a server: what it follows, what it gives, what it writes down, wired. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isOutOfReach, TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import { onlineExperimentId } from '../../contracts/ids.ts';
import type { Log } from '../../contracts/log.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import { systemClock } from '../../host/clock.ts';
import type { ChampionSource, ServedVersion } from '../../serving/follow/champion-source.ts';
import type { ServedBundle } from '../../serving/http/served-bundle.ts';
import type { ChallengerSource } from '../../serving/online/challenger-bundle.ts';
import { createDefinition, DEFINITION_FILE, readDefinition } from '../../serving/online/definition-file.ts';
import { createExperimentLists, type ExperimentLists } from '../../serving/online/experiment-lists.ts';
import { createExperimentFollower } from '../../serving/online/follow-experiment.ts';
import { IMPRESSIONS_FILE } from '../../serving/online/impression-lines.ts';
import { openImpressionLog } from '../../serving/online/impression-log.ts';
import { CHALLENGER_FILE, createKeptChallenger } from '../../serving/online/kept-challenger.ts';

/** MLflow may take so long to answer at the start. */
const ANSWER_MS = 30_000;
/** Where the experiment is defined already: the follower asks again every second. */
const DEFINED_ANSWER_MS = 2_000;
const DEFAULT_ATTRIBUTION_HOURS = 24;
/** A server is ready within 3 s from bundles that are kept; one that has to be built takes longer than anybody waits. */
const BEGIN_MS = 1_500;

export interface ServedExperimentOptions {
  /** Of the served model, in the home. */
  readonly folder: string;
  readonly source: ChallengerSource & Pick<ChampionSource, 'load'>;
  readonly champion: () => ServedBundle;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly timestamp: () => string;
  /** How long the first request may wait for the lists of an experiment. Default: `BEGIN_MS`. */
  readonly beginMs?: number;
}

export interface ServedExperiment {
  readonly lists: ExperimentLists;
  problems(): readonly string[];
  /**
   * To be awaited before the first request: users whose lists are the challenger's are to find the same ones after a restart.
   * Where its bundle takes too long, the log says so, and everybody gets the champion until it is here.
   */
  begin(): Promise<void>;
  follow(): Promise<void>;
  close(): Promise<void>;
}

export const openServedExperiment = (options: ServedExperimentOptions): ServedExperiment => {
  const { folder, log, signal, timestamp, beginMs = BEGIN_MS } = options;
  const impressions = openImpressionLog({ path: join(folder, IMPRESSIONS_FILE), clock: systemClock, log, timestamp });
  const kept = createKeptChallenger(join(folder, CHALLENGER_FILE), options.source, log);
  const follower = createExperimentFollower({
    ...options,
    kept,
    definitionFile: join(folder, DEFINITION_FILE),
    clock: systemClock,
    onVoid: ({ id }, why) => impressions.add({ experiment_id: id, at: timestamp(), voided: why }),
  });
  const begin = async (): Promise<void> => {
    const begun = new AbortController();
    const late = systemClock.sleep(beginMs, AbortSignal.any([signal, begun.signal])).then(() => true);
    const isLate = await Promise.race([follower.begin().then(() => false), late]);
    begun.abort();
    if (isLate && !signal.aborted) {
      const problem = follower.problem() ?? 'whether an experiment online runs is looked for';
      log('warn', `requests are taken after ${beginMs} ms of waiting for an experiment online: ${problem}`);
    }
  };
  return {
    begin,
    lists: createExperimentLists({ running: follower.running, impressions, log, timestamp }),
    problems: () =>
      [follower.problem(), follower.keepingProblem(), kept.problem(), impressions.problem()].flatMap(
        (problem) => problem ?? [],
      ),
    follow: follower.follow,
    close: impressions.close,
  };
};

const isSame = (a: OnlineExperiment, b: OnlineExperiment): boolean =>
  a.mode === b.mode &&
  a.share === b.share &&
  a.champion.run_id === b.champion.run_id &&
  a.challenger.run_id === b.challenger.run_id;

const runsAnother = ({ id, model, share, challenger }: OnlineExperiment): TtExpError =>
  new TtExpError(
    'USAGE',
    `serve --ab: experiment ${id} of ${model} runs, with challenger ${challenger.version} for ${share} of the users`,
    { hint: `Serve without --ab to take part in it, or end that one with \`tt-exp ab stop ${model} --reason …\`.` },
  );

/**
 * Defines an experiment that nobody decides: it lasts until `tt-exp ab stop`. One of the same versions and share that is
 * there goes on, without MLflow too. Throws USAGE where another one runs, MODEL_NOT_FOUND without a challenger, and
 * SERVICE_UNREACHABLE where none is there and MLflow cannot be asked for one.
 */
export const defineByShare = async (
  { folder, source, champion, log, signal, timestamp }: ServedExperimentOptions,
  share: number,
): Promise<void> => {
  const file = join(folder, DEFINITION_FILE);
  const { model, modelVersion, runId } = champion();
  const earlier = await readDefinition(file);
  let challenger: ServedVersion | null;
  try {
    challenger = await source.challenger(earlier === null ? ANSWER_MS : DEFINED_ANSWER_MS, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (earlier === null || !isOutOfReach(error)) {
      throw error;
    }
    if (earlier.mode !== 'split' || earlier.share !== share || earlier.champion.run_id !== runId) {
      throw runsAnother(earlier);
    }
    // Ended while MLflow was asked: nothing goes on, and nothing is defined without MLflow.
    if ((await readDefinition(file))?.id !== earlier.id) {
      throw error;
    }
    log(
      'warn',
      `experiment ${earlier.id}: MLflow cannot be asked whether version ${earlier.challenger.version} is still challenger (${toErrorRecord(error).message}); it goes on as defined`,
    );
    return;
  }
  if (model === null || modelVersion === null || runId === null || challenger === null) {
    throw new TtExpError('MODEL_NOT_FOUND', `serve --ab: ${model ?? 'the model'} has no challenger`, {
      hint: 'Begin the experiment with `tt-exp ab start`, which makes a version the challenger.',
    });
  }
  const started_at = timestamp();
  const wanted: OnlineExperiment = {
    ...{ format: 1, id: onlineExperimentId(started_at, randomUUID()), model, mode: 'split', share },
    champion: { version: modelVersion, run_id: runId },
    challenger: { version: challenger.version, run_id: challenger.runId },
    ...{ started_at, attribution_hours: DEFAULT_ATTRIBUTION_HOURS },
  };
  const defined = await createDefinition(file, wanted);
  if (!isSame(defined, wanted)) {
    throw runsAnother(defined);
  }
  log(
    'info',
    `experiment ${defined.id}: ${model}/${defined.challenger.version} for ${share} of the users; nobody decides it, and it lasts until \`tt-exp ab stop ${model} --reason …\``,
  );
};
