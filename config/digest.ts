/** Digest of a config: equal settings, equal digest, however they are written. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical-json.ts';
import type { ResolvedConfig } from '../contracts/resolved-config.ts';

/** sha256, hex, of everything except the description and the notifications. */
export const configDigest = ({ description: _, notify: __, ...settings }: ResolvedConfig): string =>
  createHash('sha256').update(canonicalJson(settings)).digest('hex');
