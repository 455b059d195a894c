/** What a dataset version will roughly hold, said without reading anything. */
export interface DataPlan {
  readonly source: string;
  /** null where only reading the source tells. */
  readonly size: DataSize | null;
  /** null where only the text encoder tells. */
  readonly featureDims: { readonly user: number | null; readonly item: number | null };
}

export interface DataSize {
  readonly users: number;
  readonly items: number;
  readonly engagements: number;
  readonly samples: { readonly low: number; readonly high: number };
}
