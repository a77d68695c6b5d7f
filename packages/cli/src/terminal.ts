import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean | undefined };

/** Everything that a command has of the world around it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  /** Results. */
  readonly stdout: Output;
  /** Everything else: notes, progress, questions, errors. */
  readonly stderr: Output;
  /** Aborted with `Interrupted` by Ctrl-C, with `OutputClosed` when nobody reads the results any more. */
  readonly signal: AbortSignal;
  /** What the process is to end with, should nothing go wrong from here on; 0 otherwise. */
  readonly setExitCode: (code: number) => void;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Resolves once the text is written; rejects when nobody reads any more. */
export function write(output: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
