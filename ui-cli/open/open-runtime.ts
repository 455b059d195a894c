export interface OpenRuntime {
  /** In the browser of whoever is at this machine. Null where it was opened, else why not. */
  openPage(url: string): Promise<string | null>;
}
