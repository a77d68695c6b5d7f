/** The commands of package.json: `node --conditions=source tools/src/main.ts <command> [args]`, by way of bootstrap.mjs. */
import { constants } from 'node:os';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { contracts, contractsCheck } from './contracts.ts';
import { engines } from './engines.ts';
import {
  bench,
  build,
  chaos,
  cli,
  e2eCluster,
  format,
  fuzz,
  load,
  measureDurability,
  pack,
  proveBudget,
  proveErasure,
  provePrivacy,
  reencrypt,
  sandbox,
} from './programs.ts';
import { start } from './start.ts';
import { test } from './test.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  bench,
  build,
  chaos,
  check,
  cli,
  contracts,
  'contracts:check': contractsCheck,
  'e2e:cluster': e2eCluster,
  engines,
  format,
  fuzz,
  load,
  'measure:durability': measureDurability,
  pack,
  reencrypt,
  sandbox,
  start,
  test,
  'prove:budget': proveBudget,
  'prove:erasure': proveErasure,
  'prove:privacy': provePrivacy,
};

const stopping = new AbortController();
let stopCode: number | undefined;

function stop(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void {
  stopCode ??= 128 + constants.signals[signal];
  stopping.abort(new Error(`stopped by ${signal}`));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
// The bootstrap holds the other end; when it is gone, whatever the reason, so is whoever asked for this.
process.on('disconnect', () => stop('SIGTERM'));
process.channel?.unref();

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
const print = (line: string): void => void process.stdout.write(`${line}\n`);

if (command) {
  try {
    const code = await command({ args, signal: stopping.signal, print });
    process.exitCode = stopCode ?? code;
  } catch (error) {
    if (stopCode === undefined) process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = stopCode ?? 1;
  }
} else {
  process.stderr.write(`no command "${name}"; there are ${Object.keys(COMMANDS).join(', ')}\n`);
  process.exitCode = 2;
}
