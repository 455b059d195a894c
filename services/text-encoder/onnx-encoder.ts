/** Texts to sentence embeddings: tokens, the model, one vector of length 1 for each text. */
import { type ModelFolder, refuseModel } from './model-folder.ts';
import { poolTokens } from './pool-tokens.ts';
import type { OnnxSession, OnnxTensor, RuntimePackages, Tokenizer } from './runtime-packages.ts';
import { type TokenBatch, toBatches, toIntegers } from './token-batches.ts';

/** What the pipeline calls a text encoder. */
export interface ServiceTextEncoder {
  readonly id: string;
  readonly dim: number;
  /** [texts.length, dim], row-major, rows of length 1. */
  encode(texts: readonly string[]): Promise<Float32Array>;
  close(): Promise<void>;
}

const INPUTS = {
  input_ids: (id: number): number => id,
  attention_mask: (): number => 1,
  // All tokens are of the first, only text.
  token_type_ids: (): number => 0,
} as const;

const isInput = (name: string): name is keyof typeof INPUTS => Object.hasOwn(INPUTS, name);

/** Names of the output with a vector for each token, as exporters give them. */
const OUTPUTS = ['last_hidden_state', 'token_embeddings'];

const openSession = async (
  { runtime }: RuntimePackages,
  { folder, file }: ModelFolder,
  threads: number,
): Promise<OnnxSession> => {
  try {
    return await runtime.InferenceSession.create(file, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      // Errors only: its warnings would go past our log.
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw refuseModel(
      folder,
      `has a model.onnx that does not load (${error instanceof Error ? error.message : error})`,
      error,
    );
  }
};

const openTokenizer = (
  { createTokenizer }: RuntimePackages,
  { folder, tokenizer, tokenizerConfig }: ModelFolder,
): Tokenizer => {
  try {
    return createTokenizer(tokenizer, tokenizerConfig);
  } catch (error) {
    throw refuseModel(
      folder,
      `has a tokenizer.json that does not load (${error instanceof Error ? error.message : error})`,
      error,
    );
  }
};

interface Hidden {
  /** [texts, tokens, dim]. */
  readonly values: Float32Array;
  readonly dim: number;
}

const runSession = async (
  { folder }: ModelFolder,
  session: OnnxSession,
  inputs: Readonly<Record<string, OnnxTensor>>,
): Promise<Readonly<Record<string, OnnxTensor>>> => {
  try {
    return await session.run(inputs);
  } catch (error) {
    throw refuseModel(folder, `has a model.onnx that fails (${error instanceof Error ? error.message : error})`, error);
  }
};

const createRunner = ({ runtime }: RuntimePackages, model: ModelFolder, session: OnnxSession) => {
  const inputs = session.inputNames.map((name) => {
    if (!isInput(name)) {
      throw refuseModel(model.folder, `has a model.onnx with the input "${name}", expected ${Object.keys(INPUTS)}`);
    }
    return { name, value: INPUTS[name] };
  });
  const output = OUTPUTS.find((name) => session.outputNames.includes(name)) ?? session.outputNames[0] ?? '';
  return async (batch: TokenBatch): Promise<Hidden> => {
    const shape = [batch.texts.length, batch.tokens];
    const tensors = inputs.map(
      ({ name, value }) => [name, new runtime.Tensor('int64', toIntegers(batch, value), shape)] as const,
    );
    const tensor = (await runSession(model, session, Object.fromEntries(tensors)))[output];
    const [texts, tokens, dim] = tensor?.dims ?? [];
    if (tensor?.type !== 'float32' || dim === undefined || texts !== shape[0] || tokens !== shape[1]) {
      throw refuseModel(
        model.folder,
        `has a model.onnx whose output "${output}" is ${tensor?.type} [${tensor?.dims}], expected float32 [${shape}, width]`,
      );
    }
    return { values: tensor.data, dim };
  };
};

/**
 * A text alone and among others gets the same vector up to rounding (1e-5). Close it to free the model's memory.
 * Throws PROVISION_FAILED where the model is of another kind.
 * @param name of the model in the encoder's id
 */
export const openOnnxEncoder = async (
  packages: RuntimePackages,
  model: ModelFolder,
  { name, threads }: { readonly name: string; readonly threads: number },
): Promise<ServiceTextEncoder> => {
  const tokenizer = openTokenizer(packages, model);
  const session = await openSession(packages, model, threads);
  const encodeInto = async (texts: readonly string[], matrixOf: (dim: number) => Float32Array): Promise<void> => {
    const run = createRunner(packages, model, session);
    for (const batch of toBatches(tokenizer, texts, model.mostTokens)) {
      const { values, dim } = await run(batch);
      poolTokens(values, batch, dim, model.pooling, matrixOf(dim));
    }
  };
  let dim = 0;
  try {
    await encodeInto(['a'], (width) => {
      dim = width;
      return new Float32Array(width);
    });
  } catch (error) {
    await session.release();
    throw error;
  }
  let closing: Promise<void> | null = null;
  return {
    id: `${name}/${model.digest.slice(0, 8)}`,
    dim,
    encode: async (texts) => {
      const matrix = new Float32Array(texts.length * dim);
      await encodeInto(texts, () => matrix);
      return matrix;
    },
    close: () => {
      closing ??= session.release();
      return closing;
    },
  };
};
