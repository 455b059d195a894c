/** How much each parameter of a sweep mattered. */

export interface ParameterShare {
  readonly key: string;
  /** In [0, 1]; all shares add up to 1. */
  readonly share: number;
}

export type ParameterImportances =
  | { readonly kind: 'measured'; readonly trials: number; readonly shares: readonly ParameterShare[] }
  /** One sentence that says what is missing. */
  | { readonly kind: 'unknown'; readonly reason: string };
