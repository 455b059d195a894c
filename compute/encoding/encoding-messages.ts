/** What a server and its encoding process say to each other. */
import type { ErrorRecord } from '../../contracts/errors.ts';
import type { EncodedRow, EncodeRequest } from '../../contracts/row-encoding.ts';
import type { TensorflowPlan } from '../../contracts/tensorflow.ts';

/** One at a time: the next one after its answer. */
export interface EncodeOrder {
  readonly plan: TensorflowPlan;
  readonly request: EncodeRequest;
}

export type EncodeAnswer =
  | { readonly kind: 'encoded'; readonly rows: readonly EncodedRow[] }
  | { readonly kind: 'failed'; readonly error: ErrorRecord };
