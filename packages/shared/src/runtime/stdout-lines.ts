import process from 'node:process';
import winston from 'winston';

/** Where winston's formats leave the finished line, and the level that was asked for. */
const [lineOf, levelOf] = [Symbol.for('message'), Symbol.for('level')];

/**
 * Writes lines to stdout, those of one turn of the event loop in one write: half of what a line costs is its write. An error goes out
 * at once, with all before it, and what is left goes out when the process exits; only SIGKILL can lose the lines of a turn.
 */
export class StdoutLines extends winston.transports.Console {
  #lines = '';

  constructor() {
    super();
    process.once('exit', () => this.#flush());
  }

  override log(line: Record<symbol, unknown>, next: () => void): void {
    if (this.#lines === '') setImmediate(() => this.#flush());
    this.#lines += `${String(line[lineOf])}\n`;
    if (line[levelOf] === 'error') this.#flush();
    next();
  }

  #flush(): void {
    const lines = this.#lines;
    this.#lines = '';
    if (lines !== '') process.stdout.write(lines);
  }
}
