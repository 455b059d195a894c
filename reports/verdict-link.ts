/** The link from a model version's description to the page of its verdict. */
import type { DecidedVerdict } from '../contracts/gate.ts';
import { ARTIFACT } from '../contracts/names.ts';
import type { RunRecord } from '../contracts/runs.ts';
import { decisionText } from './gate-facts.ts';

/** As it has ever been written, whatever was decided and wherever the page lies. */
const LINK = new RegExp(
  `^\\[Gate: [a-z ]+\\]\\(#/experiments/\\d+/runs/\\w+/artifacts/${ARTIFACT.gatePage}(?:\\?workflowType=\\w+)?\\)$`,
  'm',
);

export const linkVerdict = (
  text: string,
  verdict: DecidedVerdict,
  { experimentId, runId }: Pick<RunRecord, 'runId' | 'experimentId'>,
): string => {
  // Relative to the page that shows it: MLflow may lie below any address.
  const link = `[Gate: ${decisionText(verdict)}](#/experiments/${experimentId}/runs/${runId}/artifacts/${ARTIFACT.gatePage}?workflowType=machine_learning)`;
  if (LINK.test(text)) {
    return text.replace(LINK, () => link);
  }
  return text === '' ? link : `${text.trimEnd()}\n\n${link}`;
};
