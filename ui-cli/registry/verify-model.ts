/** `tt-exp models verify`: whether ledger and files are as they were written. */
import { EXIT } from '../../contracts/errors.ts';
import { withProgress } from '../display/progress.ts';
import { printJson, printLines } from '../text/output.ts';
import type { RegistryRuntime } from './registry-runtime.ts';
import { findingLines, intactLines, isIntact } from './verification-lines.ts';
import { withCatalogue } from './with-catalogue.ts';

export interface VerifyOptions {
  readonly isAll: boolean;
  readonly isJson: boolean;
}

/** Exit code 65 where anything is broken. */
export const verifyModel = (
  runtime: RegistryRuntime,
  name: string,
  { isAll, isJson }: VerifyOptions,
): Promise<number> =>
  withCatalogue(runtime, async (catalogue) => {
    const { stdout, stderr } = runtime.io;
    const verification = await withProgress(runtime, { name: 'verify' }, ({ begin, count }) => {
      begin(`reading the ledger of ${name}`);
      return catalogue.verify({ name, isAll, count });
    });
    const { records, broken, problems, notes, versions, unchecked } = verification;
    if (isJson) {
      printJson(runtime.io, {
        name,
        intact: isIntact(verification),
        records,
        broken_record: broken,
        problems,
        notes,
        versions: versions.map(({ problem, ...version }) => ({ ...version, intact: problem === null, problem })),
        unchecked,
      });
    } else {
      printLines(stdout, intactLines(verification));
    }
    printLines(stderr, findingLines(verification));
    return isIntact(verification) ? EXIT.done : EXIT.badData;
  });
