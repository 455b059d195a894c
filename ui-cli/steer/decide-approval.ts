/** `approve` and `reject`: a person's answer to the question that waits with the owner of a registered model. */
import { EXIT } from '../../contracts/errors.ts';
import type { Platform, PlatformRuntime } from '../platform/platform-runtime.ts';
import { withPlatform } from '../platform/with-platform.ts';
import { printJson, printLines } from '../text/output.ts';
import {
  type AnsweredQuestion,
  answerLines,
  answerQuestion,
  isAsAnswered,
  type PersonsAnswer,
} from './answer-question.ts';

/** As a move, and what came of the question. */
const jsonOf = ({ modelName, candidate, experimentId, verdict, entry, problem }: AnsweredQuestion): object => ({
  ...{ name: modelName, alias: entry?.alias ?? null, from: entry?.from ?? null, to: entry?.to ?? null },
  ...{ seq: entry?.seq ?? null, digest: entry?.digest ?? null },
  ...{ version: candidate, experiment_id: experimentId, decision: verdict.decision, reasons: verdict.reasons, problem },
});

const INTERRUPTED =
  'The answer counts if it has arrived: `tt-exp models history` and `tt-exp show` tell what became of it.';

/** 1 where an approved candidate is rejected all the same, since the gate no longer lets it pass. */
export const decideApproval = (
  runtime: PlatformRuntime,
  text: string,
  answer: Omit<PersonsAnswer, 'by'>,
  isJson: boolean,
): Promise<number> => {
  const decide = async (platform: Platform): Promise<number> => {
    const answered = await answerQuestion(platform, text, { ...answer, by: runtime.environment().user }, (line) =>
      printLines(runtime.io.stderr, [line]),
    );
    printLines(runtime.io.stderr, answerLines(answered));
    if (isJson) {
      printJson(runtime.io, jsonOf(answered));
    }
    return isAsAnswered(answered, answer.isApproved) ? EXIT.done : EXIT.failed;
  };
  return withPlatform(runtime, decide, INTERRUPTED);
};
