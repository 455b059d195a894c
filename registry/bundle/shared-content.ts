/**
 * What bundles in memory have in common is there once: a new model of the same data brings new vectors, and shares ids,
 * texts, fields and histories with the one before. Every bundle's own files are verified all the same.
 */

export interface SharedContent<Content extends object> {
  /**
   * What was made of these bytes before, while somebody holds it, else what `make` gives.
   * @param key the digest of the bytes, and whatever else the content follows from
   * @param verify of this bundle's own copy of the bytes
   */
  get(key: string, verify: () => Promise<void>, make: () => Promise<Content>): Promise<Content>;
}

/** Holds nothing itself. The contents must never change. */
export const createSharedContent = <Content extends object>(): SharedContent<Content> => {
  const contents = new Map<string, WeakRef<Content>>();
  return {
    get: async (key, verify, make) => {
      const known = contents.get(key)?.deref();
      if (known !== undefined) {
        await verify();
        return known;
      }
      const content = await make();
      for (const [other, reference] of contents) {
        if (reference.deref() === undefined) {
          contents.delete(other);
        }
      }
      contents.set(key, new WeakRef(content));
      return content;
    },
  };
};
