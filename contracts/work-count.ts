/** How far work is that counts what it does. */
export interface WorkCount {
  readonly done: number;
  readonly total: number;
  /** What is counted, in the plural: `texts`. */
  readonly unit: string;
  /** Of those that are done: were known before, and took no time. */
  readonly cached?: number;
}

/** Told often; whoever shows it chooses when. */
export type CountSink = (count: WorkCount) => void;
