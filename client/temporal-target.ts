/** A Temporal server to connect to, for clients and workers alike. */
export interface TemporalTarget {
  /** host:port */
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string;
  /** Absent: no TLS. All files as PEM. */
  readonly tls?: {
    /** Who signed the server's certificate, in place of the public authorities. */
    readonly authority?: Buffer;
    /** In the server's certificate, where it is not the host of the address. */
    readonly serverName?: string;
    /** For mutual TLS. */
    readonly client?: { readonly certificate: Buffer; readonly key: Buffer };
  };
}
