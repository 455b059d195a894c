import type { ProgressSink } from '../../contracts/services.ts';
import type { Clock } from '../../host/clock.ts';
import type { Variables } from '../../host/processes/variables.ts';

/** `gpu` is the library built with CUDA. */
export type NativeVariant = 'cpu' | 'gpu';

export interface NativeBuildPlace {
  readonly variant: NativeVariant;
  readonly cacheFolder: string;
  /** The package's services/tensorflow/provision. */
  readonly provisionFolder: string;
}

export interface NativeBuildRequest extends NativeBuildPlace {
  readonly environment: Variables;
  readonly clock: Clock;
  readonly progress: ProgressSink;
  readonly signal?: AbortSignal;
}

/** A request and the folder that is being filled for it. */
export interface BuildContext extends NativeBuildRequest {
  readonly folder: string;
}

export interface NativeBuild {
  /** Folder whose node_modules holds @tensorflow/tfjs-node. */
  readonly packageFolder: string;
  /** Of the C library, as "2.21.0". */
  readonly libraryVersion: string;
  /** Folders that the loader must search (CUDA). */
  readonly libraryFolders: readonly string[];
}

/** A build that has just computed something here. */
export interface TriedBuild extends NativeBuild {
  /** A library with CUDA may find no GPU that it can use. */
  readonly device: 'gpu' | 'cpu';
}

export const requirementsName = (variant: NativeVariant): string =>
  variant === 'gpu' ? 'requirements-tensorflow-gpu.txt' : 'requirements-tensorflow.txt';
