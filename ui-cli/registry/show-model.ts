/** `tt-exp models show`: everything about one version. */
import { EXIT } from '../../contracts/errors.ts';
import type { VersionDetails } from '../../contracts/model-catalogue.ts';
import { printJson, printLines } from '../text/output.ts';
import { USUAL_WIDTH } from '../text/table.ts';
import { versionJson } from './model-formats.ts';
import type { RegistryRuntime } from './registry-runtime.ts';
import { type VersionLinks, versionLinks, versionPage } from './version-page.ts';
import { withCatalogue } from './with-catalogue.ts';

export interface ShowModelOptions {
  /** null: now. */
  readonly asOfMs: number | null;
  readonly isJson: boolean;
}

const showJson = (details: VersionDetails, links: VersionLinks): object => ({
  name: details.name,
  ...versionJson(details),
  run: details.run,
  experiment_id: details.experimentId,
  trial_id: details.trialId,
  reasons: details.reasons,
  gate_by_hand: details.gateByHand,
  test: details.test,
  entries: details.records,
  url: links.run,
  gate_url: links.gate,
});

export const showModel = (
  runtime: RegistryRuntime,
  reference: string,
  { asOfMs, isJson }: ShowModelOptions,
): Promise<number> =>
  withCatalogue(runtime, async (catalogue) => {
    const { stdout, stderr } = runtime.io;
    const details = await catalogue.show({ reference, asOfMs });
    printLines(stderr, details.ledgerProblem == null ? [] : [`warning: ${details.ledgerProblem}`]);
    const links = versionLinks(catalogue.uri, details);
    if (isJson) {
      printJson(runtime.io, showJson(details, links));
    } else {
      const shown = { details, links, gate: null };
      printLines(stdout, versionPage(shown, asOfMs ?? runtime.now(), stdout.columns || USUAL_WIDTH));
    }
    return EXIT.done;
  });
