/** `tt-exp gate calibrate`: how often the gate is wrong, and what it finds, on one's own users. */

import { EXIT } from '../../contracts/errors.ts';
import type { CalibrationAnswer } from '../../contracts/local-gate.ts';
import type { Device } from '../../contracts/local-model.ts';
import { versionOption } from '../command-line/version-option.ts';
import { wholeModel } from '../model/whole-reference.ts';
import { withLocalWork } from '../model/with-local-work.ts';
import type { PlatformRuntime } from '../platform/platform-runtime.ts';
import { printJson, printLines } from '../text/output.ts';
import { USUAL_WIDTH } from '../text/table.ts';
import { calibrationLines } from './calibration-lines.ts';
import type { GateRuntime } from './gate-runtime.ts';
import { readGateSettings } from './gate-settings.ts';
import { settingsJson } from './settings-lines.ts';

export interface CalibrateOptions {
  readonly model: string;
  readonly against?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly data?: string;
  readonly device: Device;
  readonly isJson: boolean;
}

const toJson = ({ model, against, dataset, settings, calibration }: CalibrationAnswer): object => ({
  ...{ model, against },
  dataset_version: dataset.version,
  ...calibration,
  settings: settingsJson(settings),
});

export const calibrateGate = async (
  runtime: PlatformRuntime & GateRuntime,
  options: CalibrateOptions,
): Promise<number> => {
  const { io } = runtime;
  const data = versionOption(options.data);
  const { settings } = await readGateSettings(options);
  const model = await wholeModel(runtime, options.model);
  const against = options.against === undefined ? null : await wholeModel(runtime, options.against);
  const { device, set } = options;
  const answer = await withLocalWork(runtime, 'calibrate', (work) =>
    runtime.calibrateGate({ ...work, settings, set, model, against, data, device }),
  );
  if (options.isJson) {
    printJson(io, toJson(answer));
  } else {
    printLines(io.stdout, calibrationLines(answer, io.stdout.columns || USUAL_WIDTH));
  }
  return EXIT.done;
};
