#!/usr/bin/env node
import { constants } from 'node:os';
import { Interrupted, OutputClosed } from './exit-codes.ts';
import { runProgram } from './program.ts';

const stopping = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const interrupted = new Interrupted(signal, constants.signals[signal]);
    // Whoever asks twice does not want to wait.
    if (stopping.signal.aborted) process.exit(interrupted.exitCode);
    stopping.abort(interrupted);
  });
}
process.stdout.on('error', () => stopping.abort(new OutputClosed('nobody reads the results')));
process.stderr.on('error', () => undefined);

const { env, stdin, stdout, stderr } = process;
const failure = await runProgram(process.argv.slice(2), {
  ...{ env, stdin, stdout, stderr },
  signal: stopping.signal,
  setExitCode: (code) => void (process.exitCode = code),
  now: Date.now,
});
if (failure !== undefined) process.exitCode = failure;
