import { fileURLToPath } from 'node:url';

/** Where recorded histories lie. */
export const HISTORIES = fileURLToPath(new URL('./histories', import.meta.url));
