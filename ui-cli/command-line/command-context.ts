/** What every command's registration gets: of the runtime, what its commands need. */
export interface CommandContext<Runtime> {
  readonly runtime: Runtime;
  /** A command's action hands its exit code over here. */
  readonly finish: (exitCode: number) => void;
}

export const ID = ['<id>', 'experiment id, name, or unique prefix; see `tt-exp list`'] as const;
export const VERBOSE = ['--verbose', 'print the stack trace of errors'] as const;
export const JSON_FLAG = ['--json', 'print one JSON object on stdout'] as const;
export const PLAIN = ['--plain', 'plain progress lines, even on a terminal'] as const;

/** Examples under a command's help, indented. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ tt-exp ${line}`).join('\n')}`;
