/** Steps that close something: each is tried, whatever became of those before it. */
export const tryEach = async (...steps: readonly (() => Promise<void>)[]): Promise<void> => {
  const errors: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  // The first failure is mostly the cause of the others.
  if (errors.length > 0) {
    throw errors[0];
  }
};
