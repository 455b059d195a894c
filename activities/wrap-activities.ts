export type Activities = Record<string, (request: never) => Promise<unknown>>;

/** Every activity of a table inside of `around`; names and types stay. */
export const wrapActivities = <Table extends Activities>(
  table: Table,
  around: (run: () => Promise<unknown>) => Promise<unknown>,
): Table =>
  Object.fromEntries(
    Object.entries(table).map(([name, activity]) => [name, (request: never) => around(() => activity(request))]),
  ) as Table;
