/** An anchor against creeping down: the best champion of the last 12 months, beside the candidate. */
import type { AncestorComparison, GateRule } from '../../../contracts/gate.ts';
import { nonInferiorRule } from './non-inferior.ts';
import { permutationRule } from './permutation.ts';

export interface JudgedAncestor {
  /** null where nothing can be checked. */
  readonly rule: GateRule | null;
  /** What could not be checked, as a sentence; null where all was. */
  readonly note: string | null;
}

export interface AncestorQuestion {
  readonly margin: number;
  /** One-sided, of the interval. */
  readonly level: number;
  readonly trainings: number;
}

const NOBODY = 'The champion is the only anchor: no better champion of the last 12 months is on record.';

/**
 * One `non_inferior` promotion may lose almost the margin, and many in a row as many margins: held against the best
 * champion as well, they lose about one margin in all. Without an ancestor that can be read, nobody is held up.
 */
export const ancestorRule = (
  ancestor: AncestorComparison | null,
  { margin, level, trainings }: AncestorQuestion,
): JudgedAncestor => {
  if (ancestor === null) {
    return { rule: null, note: NOBODY };
  }
  const name = `version ${ancestor.version} (the best champion of the last 12 months)`;
  if (ancestor.ci === null) {
    const why = ancestor.problem ?? 'no test user has a relevant item';
    return { rule: null, note: `Not compared with ${name}: ${why}.` };
  }
  const rule = nonInferiorRule('ancestor', ancestor.ci, { other: name, trainings }, margin);
  const permutation = permutationRule({
    ...{ users: ancestor.users, differing: ancestor.differing_users, p: ancestor.margin_p_value },
    ...{ difference: null, level, confidence: ancestor.ci.confidence },
  });
  return {
    rule: permutation?.passed === false && rule.passed ? { ...permutation, name: 'ancestor' } : rule,
    note: null,
  };
};
