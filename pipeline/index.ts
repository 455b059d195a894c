/** Data: sources, labels, negatives, splits, encoders, and the immutable dataset versions made of them. */
export { createDatasetBuilder, type DatasetBuilder, type DatasetBuilderOptions } from './dataset-builder.ts';
export { describePlan } from './describe-plan.ts';
export { readEncoder } from './encoder/encoder-file.ts';
export { generateSyntheticData } from './generate-data.ts';
export { readInteractionCounts } from './interaction-counts.ts';
export { readManifest, summaryOf } from './manifest.ts';
export { encodeDatasetWith, openDataset, readCatalogue } from './open-dataset.ts';
export { guessInteractions } from './sources/files/guess-interactions.ts';
export { identifySource } from './sources/open-source.ts';
export { namesDatabase } from './sources/postgres/connection-settings.ts';
export { createHashedEncoder } from './text/hashed-ngrams.ts';
export type { TextEncoder } from './text/text-encoder.ts';
export { readVersionScope } from './version-scope.ts';
export { createDatasetVersions, type DatasetVersions } from './versions/dataset-versions.ts';
export { createRankingsWriter, type RankingBlock, type RankingsWriter } from './versions/export-rankings.ts';
export { writeGateUsers } from './versions/gate-users.ts';
