/**
 * Stands between a command of ours and one child, so that the child never outlives it: when the channel to the parent
 * closes, however the parent died, the child is stopped. Started by `process.ts` only; told what to run by its argument.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { WatchdogMessage, WatchdogOrder, WatchdogSpec } from './protocol.ts';

// Of an orphan nobody will ask how its last work ended.
const ORPHAN_GRACE_MS = 3_000;

function main(spec: WatchdogSpec): void {
  // The signals of the terminal are the parent's business; it tells us in its own order.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

  // Detached: the child leads a group of its own, which is how everything it starts is found and ended too.
  const stdio = spec.ownTerminal ? 'inherit' : (['ignore', 'inherit', 'inherit'] as const);
  const child = spawn(spec.command, spec.args, { stdio: stdio === 'inherit' ? stdio : [...stdio], detached: true });
  child.on('error', (error) => end(spec, { type: 'failed', message: error.message }, child));
  child.on('spawn', () => say({ type: 'started', pid: child.pid ?? 0 }));
  child.on('exit', (code, signal) => end(spec, { type: 'exited', code, signal }, child));

  process.on('message', (order: WatchdogOrder) => {
    if (order.type === 'signal') signalChild(child, order.signal);
    else stop(child, spec.graceMs);
  });
  process.on('disconnect', () => stop(child, Math.min(spec.graceMs, ORPHAN_GRACE_MS)));
}

/** Asks the child to end, and ends it when it has not done so within the grace. */
function stop(child: ChildProcess, graceMs: number): void {
  signalChild(child, 'SIGTERM');
  signalChild(child, 'SIGCONT');
  setTimeout(() => signalChild(child, 'SIGKILL'), graceMs).unref();
}

function signalChild(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
}

/** Ends whatever the child left in its group, cleans up, reports and leaves. */
function end(spec: WatchdogSpec, message: WatchdogMessage, child: ChildProcess): void {
  if (child.pid !== undefined) killGroup(child.pid);
  if (spec.cleanup) spawnSync(spec.cleanup.command, spec.cleanup.args, { stdio: 'ignore', timeout: 30_000 });
  say(message, () => process.exit(0));
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty already.
  }
}

function say(message: WatchdogMessage, then: () => void = () => undefined): void {
  if (process.connected && process.send) process.send(message, then);
  else then();
}

main(JSON.parse(process.argv[2] ?? '') as WatchdogSpec);
