import type { OpenRuntime } from '../open/open-runtime.ts';
import type { RegistryRuntime } from '../registry/registry-runtime.ts';
import type { ServicesRuntime } from '../services/services-runtime.ts';

export type DashboardRuntime = OpenRuntime & RegistryRuntime & ServicesRuntime;
