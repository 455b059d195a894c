/** `tt-exp gate`: the verdict on a candidate, with nothing moved. */

import { EXIT, TtExpError } from '../../contracts/errors.ts';
import type { GateAnswer } from '../../contracts/local-gate.ts';
import type { Device } from '../../contracts/local-model.ts';
import { versionOption } from '../command-line/version-option.ts';
import { wholeModel } from '../model/whole-reference.ts';
import { withLocalWork } from '../model/with-local-work.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { printJson, printLines } from '../text/output.ts';
import { USUAL_WIDTH } from '../text/table.ts';
import { answerLines, looksReason } from './answer-lines.ts';
import type { GateRuntime } from './gate-runtime.ts';
import { readGateSettings } from './gate-settings.ts';
import { settingsJson } from './settings-lines.ts';

export interface AskGateOptions {
  readonly candidate: string;
  readonly against?: string;
  readonly modelName?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly data?: string;
  readonly device: Device;
  readonly isJson: boolean;
  readonly isPromotionRequired: boolean;
}

/** The verdict as an experiment has it. */
const toJson = ({ verdict, dataset, settings, replicates }: GateAnswer): object => ({
  ...verdict,
  looks_reason: looksReason(verdict),
  dataset_version: dataset.version,
  settings: settingsJson(settings),
  replicates,
});

const promotionFailure = ({ candidate, verdict }: GateAnswer): TtExpError =>
  new TtExpError('PROMOTION_REQUIRED', `${candidate}: got gate decision ${verdict.decision}, expected promoted`, {
    hint: verdict.reasons.at(-1) ?? 'The verdict gives the reasons.',
  });

export const askGate = async (runtime: PlatformRuntime & GateRuntime, options: AskGateOptions): Promise<number> => {
  const { io } = runtime;
  const data = versionOption(options.data);
  const { set, device } = options;
  const { modelName, settings } = await readGateSettings(options);
  const candidate = await wholeModel(runtime, options.candidate);
  const against = options.against === undefined ? null : await wholeModel(runtime, options.against);
  const answer = await withLocalWork(runtime, 'gate', (work) =>
    runtime.askGate({
      ...{ ...work, settings, set, candidate, against, data, device },
      modelName: options.modelName ?? modelName,
    }),
  );
  if (options.isJson) {
    printJson(io, toJson(answer));
  } else {
    printLines(io.stdout, answerLines(answer, io.stdout.columns || USUAL_WIDTH));
  }
  if (options.isPromotionRequired && answer.verdict.decision !== 'promoted') {
    throw promotionFailure(answer);
  }
  return EXIT.done;
};
