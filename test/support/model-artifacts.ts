/** The least that a run's artifacts must have to count as a model that can be loaded. */
const MODEL_ARTIFACTS: ReadonlyMap<string, string> = new Map([
  ['model/manifest.json', '{"files":{"weights.bin":"0"}}'],
  ['model/weights.bin', ''],
  ['encoder.json', '{}'],
]);

export const putModelArtifacts = async (
  tracking: { putArtifactText(runId: string, path: string, text: string): Promise<void> },
  runId: string,
): Promise<void> => {
  for (const [path, text] of MODEL_ARTIFACTS) {
    await tracking.putArtifactText(runId, path, text);
  }
};

/** As the fake keeps them; new for each run. */
export const modelArtifacts = (): Map<string, Buffer> =>
  new Map([...MODEL_ARTIFACTS].map(([path, text]) => [path, Buffer.from(text)]));
