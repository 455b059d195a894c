import type { RegistryRuntime } from '../registry/registry-runtime.ts';
import type { ServicesRuntime } from '../services/services-runtime.ts';

export type DashboardRuntime = RegistryRuntime & ServicesRuntime;
