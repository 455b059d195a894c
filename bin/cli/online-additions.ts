/** What servers of this home were given online, for a command that has nobody to encode it: it says what it leaves out. */
import { join } from 'node:path';
import type { Log } from '../../contracts/log.ts';
import type { Side } from '../../contracts/row-encoding.ts';
import { homeLayout } from '../../host/home-layout.ts';
import type { LoadedBundle } from '../../registry/bundle/load-bundle.ts';
import { ADDITIONS_FILE } from '../../serving/additions/addition-log.ts';
import { ADDITION_LINES } from '../../serving/additions/addition-record.ts';
import { createAdditionState } from '../../serving/additions/addition-state.ts';
import { readLogFile } from '../../serving/events/log-file.ts';

/** Names users and items that the bundle does not have and servers do, and the user of the list where they are one of them. */
export const tellOfAdditions = async (
  homeFolder: string,
  { manifest: { model, nouns }, users, items }: Pick<LoadedBundle, 'manifest' | 'users' | 'items'>,
  userId: string,
  log: Log,
): Promise<void> => {
  if (model.name === null) {
    return; // no server answers from it
  }
  const state = createAdditionState();
  const path = join(homeLayout(homeFolder).servingFolder(model.name), ADDITIONS_FILE);
  try {
    await readLogFile(path, ADDITION_LINES, state.apply);
  } catch (error) {
    log('warn', `${path}: users and items given online cannot be read: ${String(error)}`);
    return;
  }
  const isNew = { user: (id: string) => !users.rows.has(id), item: (id: string) => !items.rows.has(id) };
  const countOf = (side: Side): number => [...state.of(side)].filter(({ id }) => isNew[side](id)).length;
  const remedy = '`tt-exp serve --online-encoding` encodes them: ask the server';
  if (state.find('user', userId) !== undefined && isNew.user(userId)) {
    log(
      'warn',
      `${nouns.user} ${userId} was given online to servers of ${model.name}, and this command knows nothing of them but their events; ${remedy}`,
    );
  }
  const given = countOf('item');
  if (given > 0) {
    const what = given === 1 ? `1 ${nouns.item}` : `${given} ${nouns.items}`;
    log('warn', `${what} that servers of ${model.name} were given online cannot be in this list; ${remedy}`);
  }
};
