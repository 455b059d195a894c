import { Option } from 'commander';

/** Of the commands that follow an experiment. */
export const eventsOption = (): Option =>
  new Option(
    '--events',
    'print everything that happens on stdout, one JSON object a line: docs/events.schema.json',
  ).conflicts(['json', 'plain', 'dryRun']);
