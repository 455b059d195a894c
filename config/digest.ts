/** Digest of a config: equal settings, equal digest, however they are written. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical-json.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';

type Gate = ResolvedConfig['gate'];

/** Defaults that configs of earlier versions had not: with them, a config is the same experiment as before. */
const LATER_DEFAULTS: Partial<Gate> = { blessing: 'required', blessing_p99_ms: 250 };

const withoutLaterDefaults = (gate: Gate): Partial<Gate> =>
  Object.fromEntries(
    Object.entries(gate).filter(([name, value]) => value !== LATER_DEFAULTS[name as keyof Gate] || value === undefined),
  );

/** sha256, hex, of everything except the description and the notifications. */
export const configDigest = ({ description: _, notify: __, gate, ...settings }: ResolvedConfig): string =>
  createHash('sha256')
    .update(canonicalJson({ ...settings, gate: withoutLaterDefaults(gate) }))
    .digest('hex');
