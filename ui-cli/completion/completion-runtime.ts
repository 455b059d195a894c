/** Names that a shell may offer; newest first. */
export interface CompletionNames {
  readonly experiments: readonly string[];
  /** `<experiment>/<trial>` */
  readonly trials: readonly string[];
  readonly models: readonly string[];
  /** What awaits approval, by model and by experiment. */
  readonly questions: readonly string[];
  readonly datasets: readonly string[];
  readonly services: readonly string[];
}

export interface CompletionRuntime {
  /** What is known within a second; starts no server. */
  completionNames(): Promise<CompletionNames>;
  /** Asks the servers that run, and keeps the answer for `completionNames`. */
  refreshCompletion(): Promise<void>;
}
