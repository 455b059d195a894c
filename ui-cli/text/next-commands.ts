/** What to do next with an experiment, one command a line. */
export type NextCommand = 'watch' | 'resume' | 'cancel' | 'approve' | 'reject' | 'retry';

/** What must be filled in. */
const OPTIONS: Readonly<Partial<Record<NextCommand, string>>> = {
  approve: ' --reason "…"',
  reject: ' --reason "…"',
};

/** `watch it: tt-exp watch <id>`; several are aligned. They are copied, so nobody may wrap them. */
export const nextCommands = (id: string, ...verbs: readonly NextCommand[]): readonly string[] => {
  const width = Math.max(...verbs.map((verb) => verb.length));
  return verbs.map(
    (verb) => `${`${verb} it:`.padEnd(width + ' it:'.length)} tt-exp ${verb} ${id}${OPTIONS[verb] ?? ''}`,
  );
};
