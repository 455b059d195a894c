/** Relative paths that others wrote: names of artifacts, files of a manifest, ids that a server gave. */
import { TtExpError } from './errors.ts';

/** Whether it names something in the folder that it is relative to: no way up, no root, no empty or hidden part of a way. */
export const staysBelow = (path: string): boolean =>
  path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..') &&
  !/[\\\p{Cc}]/u.test(path);

/**
 * A path below `folder`. Throws UPSTREAM_REJECTED for one that leads out of it.
 * @param what has named the path, for the message
 */
export const joinBelow = (folder: string, path: string, what: string): string => {
  if (!staysBelow(path)) {
    throw new TtExpError('UPSTREAM_REJECTED', `${what}: got "${path}", expected a path that stays in its folder`, {
      hint: 'Nothing was written. Ask whoever runs that server where this name comes from.',
    });
  }
  return `${folder}/${path}`;
};
