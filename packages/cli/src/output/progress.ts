import { SingleBar } from 'cli-progress';
import type { Terminal } from '../terminal.ts';

/** Shows how far long work has come. */
export interface Progress extends Disposable {
  /** So many are done, of so many as are known by now. */
  at(done: number, total: number): void;
}

/** A bar on stderr until it is disposed of; nothing where stderr is no terminal. */
export function startProgress({ stderr }: Terminal, what: string): Progress {
  if (!stderr.isTTY) return { at: () => undefined, [Symbol.dispose]: () => undefined };
  const format = `${what} {bar} {value}/{total}`;
  const bar = new SingleBar({ stream: stderr, format, clearOnComplete: true, hideCursor: true });
  bar.start(0, 0);
  return {
    at(done, total) {
      bar.setTotal(total);
      bar.update(done);
    },
    [Symbol.dispose]: () => bar.stop(),
  };
}
