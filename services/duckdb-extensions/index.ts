/** Extensions of DuckDB that are fetched when they are first needed. */
export { ensureSqliteExtension, type SqliteExtensionRequest } from './sqlite-extension.ts';
