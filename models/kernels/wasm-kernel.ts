/** Kernels compiled from `assembly/`, each working on a memory of its own. */

/** As far as it is used here; the declarations of Node.js leave it to those of browsers. */
declare global {
  namespace WebAssembly {
    class Memory {
      constructor(size: { readonly initial: number });
      readonly buffer: ArrayBuffer;
      grow(pages: number): number;
    }
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Instance {
      constructor(module: Module, imports: { readonly env: { readonly memory: Memory } });
      readonly exports: object;
    }
  }
}

const BYTES_PER_PAGE = 65_536;

export interface LoadedKernel<Exports> {
  readonly exports: Exports;
  /** Another one after each `reserve`. */
  buffer(): ArrayBuffer;
  /** Makes the memory at least as large; what is in it stays. */
  reserve(bytes: number): void;
}

/** By their base64: each is compiled once, however many memories it works on. */
const modules = new Map<string, WebAssembly.Module>();

const compiled = (base64: string): WebAssembly.Module => {
  const known = modules.get(base64);
  if (known !== undefined) {
    return known;
  }
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));
  modules.set(base64, module);
  return module;
};

/** @param base64 the module, as `npm run generate` writes it */
export const loadKernel = <Exports extends object>(base64: string, bytes: number): LoadedKernel<Exports> => {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / BYTES_PER_PAGE) });
  const instance = new WebAssembly.Instance(compiled(base64), { env: { memory } });
  return {
    exports: instance.exports as Exports,
    buffer: () => memory.buffer,
    reserve: (wanted) => {
      const missing = wanted - memory.buffer.byteLength;
      if (missing > 0) {
        memory.grow(Math.ceil(missing / BYTES_PER_PAGE));
      }
    },
  };
};
