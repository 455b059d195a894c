import type { Command, Option } from 'commander';

/** What help lists: earlier spellings are understood, and not shown. */
export const visibleOptions = ({ options }: Pick<Command, 'options'>): readonly Option[] =>
  options.filter(({ hidden }) => !hidden);
