/** What a verdict says of an equal one: it is in the ledger already, and no second time. */
const OPENING = 'Recorded before: ';

export const recordedNote = (modelName: string, seq: number): string =>
  `${OPENING}the same verdict on the same evidence is record ${seq} of the ledger of ${modelName}.`;

export const isRecordedNote = (reason: string): boolean => reason.startsWith(OPENING);
