/** Data: sources, labels, negatives, splits, encoders, and the immutable dataset versions made of them. */
export { createDatasetBuilder, type DatasetBuilder, type DatasetBuilderOptions } from './dataset-builder.ts';
export { type DataPlan, describePlan } from './describe-plan.ts';
export { type Encoder, type EntityRow, encodeItems, encodeUsers, type FieldValue } from './encoder/encoder.ts';
export { readEncoder } from './encoder/encoder-file.ts';
export { type GeneratedData, type GenerateOptions, generateSyntheticData } from './generate-data.ts';
export { readManifest, type VersionManifest } from './manifest.ts';
export { type Catalogue, type EncodedDataset, encodeDatasetWith, openDataset, readCatalogue } from './open-dataset.ts';
