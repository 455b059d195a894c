/** What turns texts into vectors. */
export interface TextEncoder {
  /** Enters digests and names folders: equal ids mean equal vectors for equal texts. */
  readonly id: string;
  readonly dim: number;
  /** [texts.length, dim], row-major; rows of length 1, or of zeros for a text in which it finds nothing to go by. */
  encode(texts: readonly string[]): Promise<Float32Array>;
  close(): Promise<void>;
}
