/** Why trials end that no scheduler has ended. */

export const timeBudgetReason = (maxSeconds: number | null): string => `the time budget of ${maxSeconds} s was used up`;
