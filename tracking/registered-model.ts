/** A registered model as MLflow's REST interface gives it. */
import type { RegisteredModelRecord } from '../contracts/registered-models.ts';

export interface RestPair {
  readonly key: string;
  readonly value: string;
}

export interface RestModel {
  readonly name: string;
  readonly creation_timestamp: number | string;
  readonly aliases?: readonly { readonly alias: string; readonly version: string | number }[];
  readonly tags?: readonly RestPair[];
}

export const toTexts = (pairs: readonly RestPair[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));

export const toModel = ({ name, creation_timestamp: ms, aliases = [], tags }: RestModel): RegisteredModelRecord => ({
  name,
  createdAtMs: Number(ms),
  tags: toTexts(tags),
  aliases: Object.fromEntries(aliases.map(({ alias, version }) => [alias, String(version)])),
});
