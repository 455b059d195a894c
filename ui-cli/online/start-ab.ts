/** `tt-exp ab start`. */
import { setTimeout as pause } from 'node:timers/promises';
import { type OnlineClient, type OnlineView, runsAlready } from '../../client/online-client.ts';
import { EXIT, TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import type { OnlineAudience } from '../../contracts/online-audience.ts';
import type { OnlineExperiment } from '../../contracts/online-experiment.ts';
import { percentText } from '../../policy/gate/rules/gate-text.ts';
import { describeAudience } from '../../policy/online/describe-audience.ts';
import { confirm, requireAnswer } from '../command-line/ask.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { withCatalogue } from '../registry/with-catalogue.ts';
import { printChange, printLines } from '../text/output.ts';
import type { OnlineHome, OnlineRuntime } from './online-runtime.ts';
import { type OnlinePlanRequest, type PlannedOnline, planOnline } from './plan-ab.ts';

export interface StartOnlineOptions extends OnlinePlanRequest {
  readonly isYes: boolean;
  readonly isJson: boolean;
}

const LOOK_EVERY_MS = 200;
/** Within it a server that has both bundles knows of the experiment. */
const SERVED_WITHIN_MS = 5_000;

const WHAT_USERS_GET = {
  split: (share: string) => `${share} of the users get the lists of the challenger, the others the champion's`,
  interleave: (share: string) => `${share} of the users get lists that both draft in turn, the others the champion's`,
  shadow: (share: string) => `everybody gets the champion's lists; for ${share} of the users the challenger's are kept`,
} as const;

const planLines = ({ input, isChallengerAlready }: PlannedOnline): readonly string[] => {
  const { experiment, settings, on_win } = input;
  const becomes = isChallengerAlready ? 'is challenger already' : 'becomes challenger';
  const { model, mode, share, champion, challenger } = experiment;
  const end = on_win === 'promote' ? 'a challenger that is better is promoted' : 'a person decides about the winner';
  return [
    `${model}: version ${challenger.version} ${becomes} and is tried beside champion version ${champion.version}`,
    WHAT_USERS_GET[mode](percentText(share)),
    `until one is shown to be better, after ${settings.max_days} days at the latest; ${end}`,
  ];
};

/** Servers know of it, or it has ended already. */
const untilBegun = async (online: OnlineClient, model: string, experimentId: string): Promise<OnlineView> => {
  for (;;) {
    const view = await online.view(model);
    if (view?.snapshot.experiment.id === experimentId && (!view.isRunning || view.snapshot.phase !== 'beginning')) {
      return view;
    }
    await pause(LOOK_EVERY_MS);
  }
};

/** Once every server of the home gives its lists, or has had its time to; none is waited for where there is none. */
const audienceOf = async (home: OnlineHome, experiment: OnlineExperiment): Promise<OnlineAudience> => {
  const endMs = Date.now() + SERVED_WITHIN_MS;
  for (;;) {
    const audience = await home.audience(experiment);
    if (audience.servers.every(({ isGiving }) => isGiving) || Date.now() >= endMs) {
      return audience;
    }
    await pause(LOOK_EVERY_MS);
  }
};

/** It has begun, whatever comes of this. */
const warningsOf = async (runtime: OnlineRuntime, experiment: OnlineExperiment): Promise<readonly string[]> => {
  try {
    return describeAudience(await audienceOf(await runtime.onlineHome(), experiment), experiment, Date.now());
  } catch (error) {
    return [`whether servers give its lists cannot be told: ${toErrorRecord(error).message}`];
  }
};

/** One without a workflow: the new one's would make its version challenger, and then find the definition taken. */
const requireUndefined = async (home: OnlineHome, model: string): Promise<void> => {
  const defined = await home.defined(model);
  if (defined !== null) {
    const { id, share, challenger } = defined;
    const what = `with challenger ${challenger.version} for ${percentText(share)} of the users`;
    throw new TtExpError('MOVE_REFUSED', `model ${model}: experiment ${id} runs by \`serve --ab\`, ${what}`, {
      hint: `\`tt-exp ab status ${model}\` shows it, \`tt-exp ab stop ${model} --reason …\` ends it.`,
    });
  }
};

export const startOnline = (runtime: OnlineRuntime, options: StartOnlineOptions): Promise<number> => {
  const { io } = runtime;
  const { model, isYes, isJson } = options;
  requireAnswer(io, isYes);
  return withPlatform(
    runtime,
    ({ online }) =>
      withCatalogue(runtime, async (catalogue) => {
        const planned = await planOnline(catalogue, options, { actor: runtime.environment().user, nowMs: Date.now() });
        if ((await online.view(model))?.isRunning) {
          throw runsAlready(model);
        }
        await requireUndefined(await runtime.onlineHome(), model);
        if (!isYes) {
          printLines(io.stderr, planLines(planned));
          if (!(await confirm(io, 'Do it?'))) {
            throw new TtExpError('MOVE_REFUSED', `${model}: no experiment was begun, because the answer was no`);
          }
        }
        const { input } = planned;
        await online.start(input);
        const { experiment, settings, on_win } = input;
        const { outcome } = await untilBegun(online, model, experiment.id);
        if (outcome?.end === 'refused') {
          throw new TtExpError('MOVE_REFUSED', `model ${model}: ${outcome.reason}`, {
            hint: `\`tt-exp ab status ${model}\` and \`tt-exp models ${model}\` show what is there.`,
          });
        }
        if (isYes) {
          // Nobody was asked: what is said has happened.
          printLines(io.stderr, planLines(planned));
        }
        const warnings = await warningsOf(runtime, experiment);
        await printChange(io, isJson ? { experiment, settings, on_win, warnings } : null, [
          `${model}: experiment ${experiment.id} runs; \`tt-exp ab report ${model}\` shows what it has found so far`,
          ...warnings.map((warning) => `warning: ${warning}`),
        ]);
        return EXIT.done;
      }),
    `It may have begun; \`tt-exp ab status ${model}\` tells.`,
  );
};
