import { createInterface } from 'node:readline/promises';
import { UsageError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** Resolves to the person's yes or no; without a person there, `--yes` must have been given. Throws `UsageError` otherwise. */
export async function confirm({ stdin, stderr, signal }: Terminal, question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!stdin.isTTY || !stderr.isTTY) throw new UsageError(`${question} Nobody is there to ask: give --yes`);
  const dialogue = createInterface({ input: stdin, output: stderr });
  try {
    // Ctrl-C at the question is taken by readline, which the process then does not see.
    const interrupted = new Promise<string>((resolve) => dialogue.once('SIGINT', () => resolve('')));
    const answer = await Promise.race([dialogue.question(`${question} [y/N] `, { signal }), interrupted]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    dialogue.close();
  }
}
