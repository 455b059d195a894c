/** Models as the registry of the tracking server knows them. */

export interface ModelVersionRecord {
  readonly name: string;
  readonly version: string;
  readonly runId: string;
  readonly aliases: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface RegisteredModelRecord {
  readonly name: string;
  /** Of the model, also after it was renamed. One that was deleted and made anew has another. */
  readonly createdAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Alias to version: also to versions that were deleted since. */
  readonly aliases: Readonly<Record<string, string>>;
}

export interface LoggedModelSpec {
  readonly experimentId: string;
  readonly runId: string;
  readonly name: string;
  /** Local folder; every file in it is uploaded. */
  readonly folder: string;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Epoch that the model comes from. */
  readonly step: number;
  readonly signature: { readonly userDim: number; readonly itemDim: number };
}
