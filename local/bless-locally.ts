/** The blessing of a candidate that somebody asks the gate about: its bundle is kept in the home, and nothing recorded. */
import type { Blessing } from '../contracts/blessing.ts';
import { toErrorRecord } from '../contracts/errors.ts';
import type { BlessJob } from '../contracts/trainer.ts';
import { homeLayout } from '../host/home-layout.ts';
import { notBlessed } from '../policy/serving/diagnose-blessing.ts';
import { blessBundle } from '../registry/bundle/bless-bundle.ts';
import type { FoundModel } from '../registry/find-model.ts';
import type { LocalContext } from './local-context.ts';
import { identityOf } from './open-bundle.ts';
import type { LocalCompute } from './ports.ts';

interface AskedBlessing extends Pick<BlessJob, 'relevanceThreshold' | 'evaluatedNdcg' | 'p99BoundMs'> {
  readonly model: FoundModel;
  readonly dataset: { readonly version: string; readonly folder: string };
}

/** Throws the signal's reason. Whatever else goes wrong is no blessing. */
export const blessLocally = async (
  { homeFolder, signal }: LocalContext,
  compute: LocalCompute,
  { model, dataset, ...asked }: AskedBlessing,
): Promise<Blessing> => {
  const { bundlesFolder } = homeLayout(homeFolder);
  const question = { source: model.source, identity: identityOf(model), datasetVersion: dataset.version };
  try {
    const { blessing } = await blessBundle(
      { bundlesFolder, compute, signal },
      { ...question, ...asked, datasetFolder: dataset.folder },
    );
    return blessing;
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = toErrorRecord(error);
    return notBlessed(`${code}: ${message}`, { evaluated: asked.evaluatedNdcg, p99BoundMs: asked.p99BoundMs });
  }
};
