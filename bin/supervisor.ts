/** Entry of the detached supervisor process: keeps the embedded services and workers of one home alive. */
import { readEnvironment } from '../config/env.ts';
import { logToStderr } from '../host/log.ts';
import { createHomeServices } from './home-services.ts';

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());

const services = createHomeServices(readEnvironment(), logToStderr);
await services.runSupervisor(stop.signal);
process.exit(0);
