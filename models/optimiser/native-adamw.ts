/**
 * AdamW in libtensorflow's own fused kernel, on resource variables that it updates in place: 1.2 ms a step for the
 * default model's 830,000 parameters on one core, where the thirteen operations of `adamw.ts` take 4.7 ms.
 */
import { randomUUID } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { computeValues } from '../numerics/compute-values.ts';
import type { Attribute, NativeBackend } from '../numerics/native-backend.ts';
import { type AdamWStep, BETA_1, BETA_2, biasCorrected } from './adamw.ts';
import type { Optimiser, OptimiserVectors } from './optimiser.ts';

type Variable = 'parameters' | 'firstMoment' | 'secondMoment';

export const createNativeOptimiser = (backend: NativeBackend, vectors: OptimiserVectors): Optimiser => {
  const { binding } = backend;
  const typeOf = (name: string): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT });
  const flag = (name: string): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value: false });
  const text = (name: string, value: string): Attribute => ({ name, type: binding.TF_ATTR_STRING, value });
  const run = (name: string, attributes: readonly Attribute[], inputs: readonly tf.Tensor[]): void => {
    binding.executeOp(name, attributes, backend.getInputTensorIds(inputs), 0);
  };
  const assign = (variable: tf.Tensor, value: tf.Tensor): void =>
    run('AssignVariableOp', [typeOf('dtype')], [variable, value]);

  const createVariable = (values: Float32Array): tf.Tensor => {
    const shape = { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [values.length] };
    // Variables of one name are one variable, also across trainings.
    const names = [text('shared_name', `adamw-${randomUUID()}`), text('container', '')];
    const variable = tf.keep(backend.executeSingleOutput('VarHandleOp', [typeOf('dtype'), shape, ...names], []));
    tf.tidy(() => assign(variable, tf.tensor1d(values)));
    return variable;
  };
  const variables: Readonly<Record<Variable, tf.Tensor>> = {
    parameters: createVariable(vectors.parameters),
    firstMoment: createVariable(vectors.firstMoment),
    secondMoment: createVariable(vectors.secondMoment),
  };
  const value = (name: Variable): tf.Tensor1D =>
    backend.executeSingleOutput('ReadVariableOp', [typeOf('dtype')], [variables[name]]) as tf.Tensor1D;
  const copy = (name: Variable): Float32Array => computeValues(() => value(name));

  const apply = (gradient: tf.Tensor1D, step: AdamWStep): void =>
    tf.tidy(() => {
      const decayed = tf.tidy(() => tf.mul(value('parameters'), 1 - step.learningRate * step.weightDecay));
      assign(variables.parameters, decayed);
      // Otherwise the kernel would have to copy what is still referred to.
      decayed.dispose();
      const { rate, epsilon } = biasCorrected(step);
      // The kernel's own bias correction is switched off by powers of zero: `adamw.ts` corrects in double precision.
      const scalars = [0, 0, rate, BETA_1, BETA_2, epsilon].map((number) => tf.scalar(number));
      run(
        'ResourceApplyAdam',
        [typeOf('T'), flag('use_locking'), flag('use_nesterov')],
        [variables.parameters, variables.firstMoment, variables.secondMoment, ...scalars, gradient],
      );
    });

  return {
    parameters: () => value('parameters'),
    apply,
    read: () => ({
      parameters: copy('parameters'),
      firstMoment: copy('firstMoment'),
      secondMoment: copy('secondMoment'),
    }),
    dispose: () => {
      for (const variable of Object.values(variables)) {
        run('DestroyResourceOp', [flag('ignore_lookup_error')], [variable]);
        variable.dispose();
      }
    },
  };
};
