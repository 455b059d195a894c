/** What an experiment reads: which database, and which of its rows are left out. */

/** Tells databases apart by everything that decides what is read. Holds no secret. */
export interface SourceIdentity {
  /** A host name, or the absolute folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Digest of the settings that a session starts with, `search_path` among them; null where there are none. */
  readonly options: string | null;
}

/** Ties a reading to the experiment that it is for. */
export interface SourceBinding {
  readonly experimentId: string;
  /** null where whoever started the experiment named no database: then the worker's own counts. */
  readonly identity: SourceIdentity | null;
}

export const isSameSource = (a: SourceIdentity, b: SourceIdentity): boolean =>
  a.host === b.host && a.port === b.port && a.database === b.database && a.user === b.user && a.options === b.options;

/** The server as messages name it. */
export const serverName = ({ host, port, database }: Pick<SourceIdentity, 'host' | 'port' | 'database'>): string =>
  `Postgres at ${host.includes(':') ? `[${host}]` : host}:${port}, database ${database}`;

export const describeSource = (identity: SourceIdentity): string =>
  `${serverName(identity)}, user ${identity.user}${identity.options === null ? '' : `, options ${identity.options}`}`;

/** Rows that cannot be used. */
export interface BadRows {
  readonly count: number;
  /** One entry a problem, the most frequent first, with up to five examples. */
  readonly problems: readonly {
    readonly problem: string;
    readonly count: number;
    readonly examples: readonly string[];
  }[];
}

export const NO_BAD_ROWS: BadRows = { count: 0, problems: [] };

export const joinBadRows = (...all: readonly BadRows[]): BadRows => ({
  count: all.reduce((sum, { count }) => sum + count, 0),
  problems: all.flatMap(({ problems }) => problems).toSorted((a, b) => b.count - a.count),
});

/** Rows of a source that are in no sample, the most frequent reason first. */
export interface LeftOutRows {
  readonly rows: number;
  readonly reasons: readonly { readonly reason: string; readonly rows: number }[];
}

/** "12 rows left out: 7 × unknown user, 5 × no time". */
export const describeLeftOut = ({ rows, reasons }: LeftOutRows): string => {
  const text = (count: number): string => count.toLocaleString('en-US');
  const all = reasons.map((each) => `${text(each.rows)} × ${each.reason}`).join(', ');
  return `${text(rows)} ${rows === 1 ? 'row' : 'rows'} left out${all === '' ? '' : `: ${all}`}`;
};
