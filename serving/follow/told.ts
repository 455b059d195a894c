/** What is told of bundles and of those that cannot be had. */
import { toErrorRecord } from '../../contracts/errors.ts';
import type { ServedBundle } from '../http/served-bundle.ts';

export const nameOf = ({ model, modelVersion }: Pick<ServedBundle, 'model' | 'modelVersion'>): string =>
  model === null ? 'no registered model' : `${model}/${modelVersion ?? '?'}`;

export const messageOf = (error: unknown): string => toErrorRecord(error).message;

/** For the log: what is wrong, and what helps. */
export const withRemedy = (error: unknown): string => {
  const { message, hint } = toErrorRecord(error);
  return hint === undefined ? message : `${message.replace(/\.$/, '')}. ${hint}`;
};

/** For anybody, so without paths and addresses: what is wrong with a bundle that is tried again, and where to read on. */
export const reasonOf = (error: unknown): string => {
  const { code } = toErrorRecord(error);
  const remedy = code === 'DISK_FULL' ? '; free some space on the disk of the server, which then tries again' : '';
  return `${code}${remedy}; the log says more`;
};
