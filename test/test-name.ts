/** Where a test belongs: its file's path without what all tests have in common. */
export const placeOf = (path: string): string =>
  path.replace(/^test\/(?:(?:unit|integration|property)\/)?/, '').replace(/\.\w+\.tsx?$/, '');

const NAMES_A_FILE = /^[\w.-]+(?:\/[\w.$-]+)+: /;

/**
 * As `room/file: behaviour`. A title does not repeat the place of its own file; one about another file begins with that,
 * and keeps it.
 */
export const testName = (path: string, title: string): string =>
  NAMES_A_FILE.test(title) ? title : `${placeOf(path)}: ${title}`;
