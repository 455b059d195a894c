/** The encoding process of a server: encodes what it is sent, for as long as its parent lives. */
import { TtExpError, toErrorRecord } from '../../contracts/errors.ts';
import type { TensorflowInfo, TensorflowPlan } from '../../contracts/tensorflow.ts';
import { dieWithParent } from '../../host/processes/parent-watchdog.ts';
import { explainJobError } from '../compute-errors.ts';
import { type BundleEncoder, type OpenTextEncoder, openBundleEncoder } from './encode-rows.ts';
import type { EncodeAnswer, EncodeOrder } from './encoding-messages.ts';

/** The one that serves, and the one that takes over. */
const MOST_BUNDLES = 2;

/**
 * @param activate makes the plan's TensorFlow the one that this process computes with
 * @param openText opens each text encoder once
 */
export const serveEncoding = (
  activate: (plan: TensorflowPlan) => Promise<TensorflowInfo>,
  openText: OpenTextEncoder,
): void => {
  const post = process.send?.bind(process);
  if (post === undefined) {
    throw new TtExpError('USAGE', 'encoding process: it was not started by a server and has no channel to one', {
      hint: 'Start a server: `tt-exp serve --online-encoding`.',
    });
  }
  process.once('disconnect', () => process.exit(0));
  dieWithParent();
  // Ctrl-C in a terminal reaches the whole group; the server ends this process when it has drained.
  process.on('SIGINT', () => undefined);

  let activated: Promise<TensorflowInfo> | null = null;
  const bundles = new Map<string, BundleEncoder>();
  const encoderOf = async (bundleFolder: string): Promise<BundleEncoder> => {
    const known = bundles.get(bundleFolder) ?? (await openBundleEncoder({ bundleFolder }, openText));
    // Used last, so it is the last to go.
    bundles.delete(bundleFolder);
    bundles.set(bundleFolder, known);
    for (const [folder, oldest] of bundles) {
      if (bundles.size <= MOST_BUNDLES) {
        break;
      }
      oldest.dispose();
      bundles.delete(folder);
    }
    return known;
  };
  const answer = async ({ plan, request }: EncodeOrder): Promise<EncodeAnswer> => {
    try {
      activated ??= activate(plan);
      await activated;
      const encoder = await encoderOf(request.bundleFolder);
      return { kind: 'encoded', rows: await encoder.encode(request.side, request.rows) };
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      return { kind: 'failed', error: toErrorRecord(explainJobError(error)) };
    }
  };
  process.on('message', (order: EncodeOrder) => {
    void answer(order).then((said) => post(said));
  });
};
