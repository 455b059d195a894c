/** A value in MLflow's filter language, which knows both quotes, and no way to escape either. */
export const quote = (value: string): string => (value.includes("'") ? `"${value}"` : `'${value}'`);
