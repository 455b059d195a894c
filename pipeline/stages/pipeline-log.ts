export type PipelineLog = (level: 'info' | 'warn' | 'error', message: string) => void;
