#!/usr/bin/env node
/** Entry of the command line. */
import { runCli } from '../ui-cli/main.ts';
import { createCliRuntime } from './cli-runtime.ts';

process.exitCode = await runCli(process.argv.slice(2), createCliRuntime());
