import { Command } from '@commander-js/extra-typings';
import { IdentityEventsClient } from '@identity-events/sdk/client';
import { OperationsClient } from '@identity-events/sdk/operations';
import { createPrinter, type OutputOptions } from '../output/printer.ts';
import { type ApiOptions, readApiSettings, variables } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

/** A command that speaks through the terminal and ends by an error instead of the process. */
export function newCommand({ stdout, stderr }: Terminal, name: string) {
  return new Command(name).exitOverride().configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
  });
}

/** A command with results. */
export function resultCommand(terminal: Terminal, name: string) {
  return newCommand(terminal, name)
    .option('--json', 'one line of JSON for each result (the default unless a terminal reads them)')
    .option('--no-json', 'text for people, whoever reads it');
}

/** A command that calls the service. */
export function apiCommand(terminal: Terminal, name: string) {
  return resultCommand(terminal, name)
    .option('--url <url>', `address of the service (default: ${variables.url})`)
    .option(
      '--key-file <path>',
      `file that holds the API key (default: ${variables.keyFile}, or the key in ${variables.key})`,
    );
}

/** What a command that calls the service works with. */
export async function openApi(terminal: Terminal, options: ApiOptions & OutputOptions) {
  const settings = await readApiSettings(terminal, options);
  return {
    client: new IdentityEventsClient(settings),
    operations: new OperationsClient(settings),
    printer: createPrinter(terminal, options),
    call: { signal: terminal.signal },
  };
}
