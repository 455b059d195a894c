/** What the two sides of a use case are called: `developer_startup` has developers and startups. */

export interface UseCaseNouns {
  readonly user: string;
  readonly users: string;
  readonly item: string;
  readonly items: string;
}

const NOUN = /^[a-z][a-z0-9-]*$/;

/** A use case of two words names user and item; any other has users and items. */
export const nounsOf = (useCase: string): UseCaseNouns => {
  const words = useCase.toLowerCase().split('_');
  const [first = 'user', second = 'item'] = words;
  const [user, item] =
    words.length === 2 && words.every((word) => NOUN.test(word)) ? [first, second] : ['user', 'item'];
  return { user, users: `${user}s`, item, items: `${item}s` };
};
