import { spawn } from 'node:child_process';

/** How a program ended. */
interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A program that runs until it is told to stop, and what it has said so far. */
export interface Listener {
  readonly heard: () => string;
  /** Sends SIGTERM; resolves to how it ended. */
  stop(): Promise<Ending>;
}

/** Starts a program of Node. */
export function startListener(args: readonly string[], env: NodeJS.ProcessEnv): Listener {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = new Promise<Ending>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  return {
    heard: () => text,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
