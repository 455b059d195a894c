/** `tt-exp models history`: the ledger of a model, newest record last. */
import { EXIT } from '../../contracts/errors.ts';
import { printJson, printLines } from '../text/output.ts';
import { USUAL_WIDTH } from '../text/table.ts';
import { brokenText, entryLines } from './entry-lines.ts';
import type { RegistryRuntime } from './registry-runtime.ts';
import { withCatalogue } from './with-catalogue.ts';

export const showHistory = (runtime: RegistryRuntime, name: string, isJson: boolean): Promise<number> =>
  withCatalogue(runtime, async (catalogue) => {
    const { stdout, stderr } = runtime.io;
    const { entries, broken, notes } = await catalogue.history(name);
    if (isJson) {
      printJson(runtime.io, { name, entries, intact: broken === null });
    } else if (entries.length === 0 && broken === null) {
      printLines(stdout, [`${name} has no ledger yet: its first move begins one, with the champion of that time`]);
    } else {
      printLines(stdout, entryLines(entries, stdout.columns || USUAL_WIDTH));
    }
    printLines(
      stderr,
      notes.map((note) => `note: ${note}`),
    );
    if (broken !== null) {
      printLines(stderr, [`warning: ${brokenText(name, broken)}`]);
    }
    return EXIT.done;
  });
