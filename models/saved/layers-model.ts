/** One tower's layers in TensorFlow.js layers format, which any TensorFlow.js can load. */
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import type { Side, TowerShape } from '../towers/architecture.ts';
import { LAYER_NORM_EPSILON } from '../towers/tower.ts';

const buildTower = (side: Side, { layers: shapes, activation, hasLayerNorm }: TowerShape): LayersModel => {
  const model = sequential({ name: `${side}_tower` });
  for (const [index, { inputDim, outputDim, isHidden, dropoutRate }] of shapes.entries()) {
    const isNormalised = isHidden && hasLayerNorm;
    model.add(
      layers.dense({
        name: `${side}_dense_${index}`,
        units: outputDim,
        activation: isHidden && !isNormalised ? activation : 'linear',
        kernelInitializer: 'zeros',
        ...(index === 0 ? { inputShape: [inputDim] } : {}),
      }),
    );
    if (isNormalised) {
      model.add(layers.layerNormalization({ name: `${side}_norm_${index}`, epsilon: LAYER_NORM_EPSILON }));
      model.add(layers.activation({ name: `${side}_activation_${index}`, activation }));
    }
    if (dropoutRate > 0) {
      model.add(layers.dropout({ name: `${side}_dropout_${index}`, rate: dropoutRate }));
    }
  }
  return model;
};

export interface TowerFiles {
  /** JSON: topology and names of the weights. */
  readonly model: string;
  readonly weights: Uint8Array;
}

/** @param weights kernel, bias, gain and offset of each layer in turn, as far as it has them; disposed here */
export const saveTower = async (side: Side, shape: TowerShape, weights: readonly tf.Tensor[]): Promise<TowerFiles> => {
  const model = buildTower(side, shape);
  let saved: TowerFiles | null = null;
  try {
    model.setWeights([...weights]);
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = {
          weights: new Uint8Array(artifacts.weightData as ArrayBuffer),
          model: JSON.stringify({
            format: 'layers-model',
            generatedBy: artifacts.generatedBy,
            convertedBy: null,
            modelTopology: artifacts.modelTopology,
            weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }],
          }),
        };
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
  } finally {
    tf.dispose([...weights]);
    model.dispose();
  }
  return saved as unknown as TowerFiles;
};

export const loadTower = ({ model, weights }: TowerFiles): Promise<LayersModel> => {
  const { modelTopology, weightsManifest } = JSON.parse(model);
  const weightData = new Uint8Array(weights).buffer;
  return loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }));
};
