/** The model's vectors of users, by what they have liked since the bundle was built. */
import type { Overlay } from '../contracts/recommendation.ts';
import type { LoadedBundle } from '../registry/bundle/load-bundle.ts';
import { rowOf } from '../registry/search/matrix.ts';
import type { OnlineRow } from './additions/online-rows.ts';
import type { CatalogueSide } from './catalogue-side.ts';
import { likedBy, likesSince, type Seen } from './history.ts';

export interface UserVector {
  /** [embedding_dim] */
  readonly values: Float32Array;
  /** It is that of somebody who has liked items, or taken likes back, since the bundle was built. */
  readonly heedsLikes: boolean;
}

/** Of a row of `users`, or why there is none, as a clause. `before_test`: that of the bundle, whatever happened since. */
export type UserVectors = (row: number, userId: string, seen: Seen) => UserVector | string;

/** Why a row given online has no vector, as the end of a clause about it. */
export const whyNoVector = (online: OnlineRow | null): string =>
  online?.isEncoded === true ? 'cannot be computed from what was given' : 'is not computed yet';

export const createUserVectors = (bundle: LoadedBundle, users: CatalogueSide, overlay: Overlay): UserVectors => {
  const { userHistories, manifest, items } = bundle;

  /** null where nothing that the model heeds has changed, so that the vector is the one that was judged. */
  const vectorSince = (row: number, userId: string): Float32Array | null => {
    if (userHistories === null) {
      return null;
    }
    const since = [...likesSince(manifest.labels, overlay.events(userId))].filter(([id]) => userHistories.knows(id));
    if (since.length === 0) {
      return null;
    }
    // The vector of the bundle follows from training alone.
    const liked = new Set(likedBy(bundle, row, 'before_test').flatMap((item) => items.ids[item] ?? []));
    let isChanged = false;
    for (const [id, isLike] of since) {
      isChanged ||= liked.has(id) !== isLike;
      if (isLike) {
        liked.add(id);
      } else {
        liked.delete(id);
      }
    }
    return isChanged ? userHistories.vectorOf(row, liked) : null;
  };

  return (row, userId, seen) => {
    const online = users.onlineAt(row);
    if (online !== null) {
      const { vector: values, heedsLikes } = online;
      return values === null ? `the user's vector ${whyNoVector(online)}` : { values, heedsLikes };
    }
    const since = seen === 'all' ? vectorSince(row, userId) : null;
    return { values: since ?? rowOf(bundle.users.vectors, row), heedsLikes: since !== null };
  };
};
