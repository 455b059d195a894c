/** What the commands need from the rest of tt-exp, by family. `bin/` implements it, lazily: nothing heavy loads before it is called. */
import type { CompareRuntime } from './compare/compare-runtime.ts';
import type { CompletionRuntime } from './completion/completion-runtime.ts';
import type { ViewsRuntime } from './dashboard/views-runtime.ts';
import type { DataRuntime } from './data/data-runtime.ts';
import type { GateRuntime } from './gate/gate-runtime.ts';
import type { InitRuntime } from './init/init-runtime.ts';
import type { InspectRuntime } from './inspect/inspect-runtime.ts';
import type { LogsRuntime } from './logs/logs-runtime.ts';
import type { ModelRuntime } from './model/model-runtime.ts';
import type { OnlineRuntime } from './online/online-runtime.ts';
import type { OpenRuntime } from './open/open-runtime.ts';
import type { RegistryRuntime } from './registry/registry-runtime.ts';
import type { RunRuntime } from './run/run-runtime.ts';
import type { ServicesRuntime } from './services/services-runtime.ts';
import type { RecommendRuntime } from './serving/recommend-runtime.ts';
import type { ServeRuntime } from './serving/serve-runtime.ts';

export type CliRuntime = RunRuntime &
  InspectRuntime &
  DataRuntime &
  ModelRuntime &
  CompareRuntime &
  GateRuntime &
  CompletionRuntime &
  InitRuntime &
  LogsRuntime &
  OnlineRuntime &
  OpenRuntime &
  RecommendRuntime &
  RegistryRuntime &
  ServeRuntime &
  ServicesRuntime &
  ViewsRuntime;
