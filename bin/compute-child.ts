/** Entry of the compute process. */
import { serveJobs } from '../compute/serve-jobs.ts';
import { activateTensorflow } from '../services/tensorflow/activate-tensorflow.ts';
import { PACKAGE } from './package-files.ts';

serveJobs(activateTensorflow, PACKAGE.cliScript);
