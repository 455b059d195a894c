/** What to do next with an experiment, one command a line. */
export type NextCommand = 'watch' | 'resume' | 'cancel';

/** `watch it: tt-exp watch <id>`; several are aligned. */
export const nextCommands = (id: string, ...verbs: readonly NextCommand[]): readonly string[] => {
  const width = Math.max(...verbs.map((verb) => verb.length));
  return verbs.map((verb) => `${`${verb} it:`.padEnd(width + ' it:'.length)} tt-exp ${verb} ${id}`);
};
