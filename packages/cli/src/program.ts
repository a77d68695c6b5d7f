import { readFileSync } from 'node:fs';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { capturesCommand } from './commands/captures.ts';
import { dlqCommand } from './commands/dlq.ts';
import { doctorCommand } from './commands/doctor.ts';
import { newCommand } from './commands/new-command.ts';
import { replayCommand } from './commands/replay.ts';
import { submitCommand } from './commands/submit.ts';
import { tailCommand } from './commands/tail.ts';
import { watchCommand } from './commands/watch.ts';
import { exitCodeOf } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
import type { Terminal } from './terminal.ts';
import { write } from './terminal.ts';

/** All commands, with the completion of shells. */
function createProgram(terminal: Terminal) {
  const program = newCommand(terminal, 'identity-events')
    .description('Submit captures to identity-events, follow them and their events, and operate it.')
    .version(versionOf(new URL('../package.json', import.meta.url)))
    .addCommand(submitCommand(terminal))
    .addCommand(watchCommand(terminal))
    .addCommand(tailCommand(terminal))
    .addCommand(capturesCommand(terminal))
    .addCommand(dlqCommand(terminal))
    .addCommand(replayCommand(terminal))
    .addCommand(doctorCommand(terminal))
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 bad news, 2 usage, 3 refused, 4 unavailable, 5 no outcome yet, 70 a bug, 130 Ctrl-C.',
    );
  // The same object; the adapter knows the untyped class alone.
  tab(program as unknown as Command, { completionCommandName: 'completion' });
  return program;
}

/** Runs one command. What goes wrong is told on stderr; never throws. Resolves to the exit code of a failure. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number | undefined> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    // A command may meet the end of its signal in many ways; why it ended is the signal's to say.
    const reason: unknown = terminal.signal.aborted ? terminal.signal.reason : error;
    await write(terminal.stderr, explainError(reason)).catch(() => undefined);
    return exitCodeOf(reason);
  }
}

function versionOf(packageFile: URL): string {
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
}
