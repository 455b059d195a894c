/** What every command's registration gets: of the runtime, what its commands need. */
export interface CommandContext<Runtime> {
  readonly runtime: Runtime;
  /** A command's action hands its exit code over here. */
  readonly finish: (exitCode: number) => void;
}

export const CONFIG = ['<config>', 'JSON file, see experiments/'] as const;
/** Of a model that is to be loaded: what `findModel` takes. */
export const MODEL_REFERENCE =
  'a folder that train wrote; name, name@alias or name/version in the registry; a run id, or <experiment>/<trial>';
export const ID = ['<id>', 'experiment id, name, or unique prefix; see `tt-exp list`'] as const;

/** Examples under a command's help, indented. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ tt-exp ${line}`).join('\n')}`;
