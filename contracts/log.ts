/** Takes one line for people. */
export type Log = (level: 'info' | 'warn' | 'error', message: string) => void;
