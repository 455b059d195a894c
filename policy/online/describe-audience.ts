/** Why nothing is learned from an experiment online although it runs, in words that say what to do. */
import type { OnlineAudience } from '../../contracts/online-audience.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';

/** Without a list for so long, somebody is told. */
const QUIET_MS = 10 * 60_000;

const quietSince = (
  { last_list_at }: OnlineAudience,
  { started_at }: Pick<OnlineExperiment, 'started_at'>,
  nowMs: number,
): readonly string[] => {
  const quietMs = nowMs - Date.parse(last_list_at ?? started_at);
  if (!(quietMs >= QUIET_MS)) {
    return [];
  }
  const since = last_list_at === null ? 'since it began' : `since ${last_list_at}`;
  return [
    `no list of the experiment was given for ${Math.floor(quietMs / 60_000)} minutes, ${since}: have users ask its servers for lists, without the parameters engine and seen`,
  ];
};

/** One text for each thing that is wrong; none where lists are given. */
export const describeAudience = (
  audience: OnlineAudience,
  experiment: Pick<OnlineExperiment, 'model' | 'started_at'>,
  nowMs: number,
): readonly string[] => {
  const { isOfHome, servers } = audience;
  const { model } = experiment;
  if (!isOfHome) {
    return [
      'this home has no definition of the experiment, so whether servers give its lists cannot be told from here',
    ];
  }
  if (servers.length === 0) {
    return [
      `no server of this home answers for ${model}, so nobody gets lists of the experiment: start one with \`tt-exp serve --model ${model}\``,
    ];
  }
  const ofServers = servers.flatMap(({ url, isGiving, problems }) =>
    isGiving || problems.length > 0
      ? problems.map((problem) => `${url}: ${problem}`)
      : [`${url}: it gives no lists of the experiment yet`],
  );
  return [...ofServers, ...quietSince(audience, experiment, nowMs)];
};
