/** Digests of the ledger's records and of the verdicts that they rest on. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../contracts/canonical-json.ts';
import type { GateVerdict } from '../../contracts/gate.ts';
import type { LedgerEntry } from '../../contracts/ledger.ts';
import type { OpenQuestion } from '../../contracts/registry-owner.ts';
import type { Look } from '../../contracts/test-part-looks.ts';

/** SHA-256, in hex. */
const digestOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

export const digestOfEntry = (entry: Omit<LedgerEntry, 'digest'>): string => digestOf(entry);

/** Also of `gate.json`, once it is parsed. */
export const digestOfVerdict = (verdict: GateVerdict): string => digestOf(verdict);

/** Of the first ones, in order. */
export const digestOfLooks = (looks: readonly Look[]): string => digestOf(looks);

/** Of the question that is kept, and the record that was the last when it was asked. */
export const digestOfQuestion = ({
  seq,
  question,
}: {
  readonly seq: number;
  readonly question: OpenQuestion;
}): string => digestOf({ seq, question });
