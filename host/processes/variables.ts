/** Environment variables of a process, as Node gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;
