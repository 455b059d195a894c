/** Builds in a process of its own, which a test kills. */
import { systemClock } from '../../../../host/clock.ts';
import { ensureNativeBuild } from '../../../../services/tensorflow/native-build.ts';

const request = JSON.parse(process.argv[2] ?? '');
await ensureNativeBuild({ ...request, clock: systemClock, progress: () => undefined });
