import type { LogsRuntime } from '../logs/logs-runtime.ts';
import type { OpenRuntime } from '../open/open-runtime.ts';
import type { RegistryRuntime } from '../registry/registry-runtime.ts';
import type { ServicesRuntime } from '../services/services-runtime.ts';
import type { ViewsRuntime } from './views-runtime.ts';

export type DashboardRuntime = OpenRuntime & LogsRuntime & RegistryRuntime & ServicesRuntime & ViewsRuntime;
