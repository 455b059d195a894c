/**
 * Set-up of each file of tests that shares its process with others: its modules are its own, as in a process of its own.
 * Only what packages and the process itself keep is shared.
 */
import { vi } from 'vitest';

vi.resetModules();
