/** Wires the commands to the rooms, each when it is called: `--help` loads none of them. */
import { readEnvironment } from '../config/env.ts';
import { systemClock } from '../host/clock.ts';
import { writeWhole } from '../host/files/write-whole.ts';
import type { CliRuntime } from '../ui-cli/runtime.ts';
import { PACKAGE, packageVersion } from './package-files.ts';

const onSignal =
  (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') =>
  (listener: () => void): (() => void) => {
    process.on(signal, listener);
    return () => process.off(signal, listener);
  };

const compare = () => import('./cli/compare.ts');
const completion = () => import('./cli/completion.ts');
const data = () => import('./cli/data.ts');
const gate = () => import('./cli/gate.ts');
const init = () => import('./cli/init.ts');
const logs = () => import('./cli/logs.ts');
const model = () => import('./cli/model.ts');
const registry = () => import('./cli/registry.ts');
const views = () => import('./cli/views.ts');
const services = () => import('./cli/services.ts');

export const createCliRuntime = (): CliRuntime => ({
  version: packageVersion(),
  isPlain: false,
  io: { stdin: process.stdin, stdout: writeWhole(process.stdout), stderr: writeWhole(process.stderr) },
  environment: () => readEnvironment(),
  // Rates and remaining times come of it: they must not jump with the wall clock.
  now: systemClock.nowMs,
  onInterrupt: onSignal('SIGINT'),
  onTerminate: onSignal('SIGTERM'),
  onHangUp: onSignal('SIGHUP'),

  openPlatform: async (options) => (await import('./cli/open-platform.ts')).openPlatform(options),
  planExperiment: async (config) => (await import('./cli/plan-experiment.ts')).planExperiment(config),
  analysis: async () => (await import('./cli/analysis.ts')).ANALYSIS,

  generateData: async (request) => (await data()).generateData(request),
  dataVersions: async () => (await data()).dataVersions(),
  checkData: async (request) => (await data()).checkData(request),
  embedData: async (request) => (await data()).embedData(request),

  guessInteractions: async (file, columns) => (await model()).guessInteractions(file, columns),
  trainModel: async (request) => (await model()).trainModel(request),
  evaluateModel: async (request) => (await model()).evaluateModel(request),
  reproduceTraining: async (request) => (await model()).reproduceTraining(request),

  schemaFile: () => PACKAGE.schemaFile,
  refuseConfig: async (file, isForced) => (await init()).refuseConfig(file, isForced),
  writeConfig: async (file, text, isForced) => (await init()).writeConfig(file, text, isForced),

  completionNames: async () => (await completion()).completionNames(),
  refreshCompletion: async () => (await completion()).refreshCompletion(),
  openPage: async (url) => (await import('./cli/open-page.ts')).openPage(url),
  serviceLogs: async () => (await logs()).serviceLogs(),
  readServiceLog: async (file, count, isFollowed) => (await logs()).readServiceLog(file, count, isFollowed),

  compareModels: async (request) => (await compare()).compareModels(request),
  recommend: async (request) => (await import('./cli/recommend.ts')).recommend(request),
  serveModel: async (request) => (await import('./cli/serve.ts')).serveModel(request),
  askGate: async (question) => (await gate()).askGate(question),
  calibrateGate: async (question) => (await gate()).calibrateGate(question),
  writeComparisonPage: async (file, comparison) => (await compare()).writeComparisonPage(file, comparison),
  savedViews: async () => (await views()).savedViews(),
  saveView: async (table, name, view) => (await views()).saveView(table, name, view),
  definedOnline: async (name) => (await import('./cli/online.ts')).openOnlineHome().defined(name),
  onlineHome: async () => (await import('./cli/online.ts')).openOnlineHome(),
  openCatalogue: async (options) => (await registry()).openCatalogue(options),

  services: {
    up: async (progress, signal) => (await services()).up(progress, signal),
    down: async (progress) => (await services()).down(progress),
    status: async () => (await services()).status(),
    doctor: async (request) => (await import('./cli/doctor.ts')).doctor(request),
  },
  runWorker: async (request) => {
    const { runWorker } = await import('./run-worker.ts');
    await runWorker({ ...request, environment: readEnvironment(), onReady: async () => request.onReady() });
  },
});
