/** Kernels that the WebAssembly backend lacks, training's among them (the gradient of gather), lent by the JS backend. */
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

type NamedInputs = Record<string, tf.TensorInfo | tf.TensorInfo[] | undefined>;

/** Copies a tensor's values from one backend to another. */
const copy = (info: tf.TensorInfo, from: tf.KernelBackend, to: tf.KernelBackend): tf.TensorInfo => {
  if (info.dtype === 'complex64') {
    throw new Error('the WebAssembly backend: complex numbers cannot be lent to the JS backend');
  }
  const dataId = to.write(from.readSync(info.dataId), info.shape, info.dtype);
  return { dataId, shape: info.shape, dtype: info.dtype };
};

const each = <T, U>(value: T | T[], change: (item: T) => U): U | U[] =>
  Array.isArray(value) ? value.map(change) : change(value);

const lend = (kernelFunc: tf.KernelFunc, cpu: MathBackendCPU): tf.KernelFunc => {
  return ({ inputs, backend, attrs }) => {
    const wasm = backend as tf.KernelBackend;
    const copies = new Set<tf.TensorInfo>();
    const borrow = (info: tf.TensorInfo): tf.TensorInfo => {
      const copied = copy(info, wasm, cpu);
      copies.add(copied);
      return copied;
    };
    const named = Object.entries(inputs as NamedInputs).map(([name, value]) => [
      name,
      value === undefined || value === null ? value : each(value, borrow),
    ]);
    const result = kernelFunc({
      inputs: Object.fromEntries(named),
      backend: cpu,
      ...(attrs === undefined ? {} : { attrs }),
    });
    const returned = each(result, (info) => copy(info, cpu, wasm));
    each(result, (info) => copies.add(info));
    for (const { dataId } of copies) {
      cpu.disposeData(dataId, true);
    }
    return returned;
  };
};

/** Registers them for the backend `wasm`; both backends must be loaded. Returns their names. Idempotent. */
export const fillWasmGaps = (): readonly string[] => {
  const cpu = new MathBackendCPU();
  const present = new Set(tf.getKernelsForBackend('wasm').map(({ kernelName }) => kernelName));
  const missing = tf.getKernelsForBackend('cpu').filter(({ kernelName }) => !present.has(kernelName));
  for (const { kernelName, kernelFunc } of missing) {
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: lend(kernelFunc, cpu) });
  }
  return missing.map(({ kernelName }) => kernelName);
};
