/** Registered models: versions, records, files. MLflow alone is asked, so this works with Temporal down. */
import type { RegistryRequest } from '../../contracts/registry-owner.ts';
import { foreseeMove } from './foresee-move.ts';
import { listModels } from './list-models.ts';
import { findModelAt } from './model-at.ts';
import { isMovedByHand } from './moved-by-hand.ts';
import { planMove } from './plan-move.ts';
import type { CatalogueReader } from './ports.ts';
import { pullVersion } from './pull-version.ts';
import { readHistory } from './read-history.ts';
import { findRunPage } from './run-page.ts';
import { showVersion } from './show-version.ts';
import { type VerifyRequest, verifyModel } from './verify-model.ts';

/** @param tracking closed by whoever opened it */
export const createModelCatalogue = (tracking: CatalogueReader) => ({
  list: (request: Parameters<typeof listModels>[1]) => listModels(tracking, request),
  show: (request: Parameters<typeof showVersion>[1]) => showVersion(tracking, request),
  history: (name: string) => readHistory(tracking, name),
  verify: (request: VerifyRequest) => verifyModel(tracking, request),
  plan: (reference: string) => planMove(tracking, reference),
  foreseeMove: (name: string, request: RegistryRequest) => foreseeMove(tracking, name, request),
  movedByHand: async () => (await tracking.registeredModels()).filter(isMovedByHand).map(({ name }) => name),
  aliases: async (name: string) => (await findModelAt(tracking, name)).aliases,
  runPage: (runId: string) => findRunPage(tracking, runId),
  pull: (request: Parameters<typeof pullVersion>[1]) => pullVersion(tracking, request),
});
