import type { IdentityEventsClient } from '@identity-events/sdk/client';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { startProgress } from '../output/progress.ts';
import type { Terminal } from '../terminal.ts';
import { confirm } from './confirm.ts';
import { apiCommand, openApi } from './new-command.ts';

/** `captures erase`: erases captures by their ids, or all of a person. */
export function eraseCommand(terminal: Terminal) {
  return apiCommand(terminal, 'erase')
    .description('erase what is known of captures, or of a person; those without an outcome are cancelled')
    .argument('[captures...]', 'their ids')
    .option('--subject <id>', 'all captures of this person instead')
    .option('-y, --yes', 'do not ask')
    .action(async (captureIds, { subject, ...options }) => {
      if (captureIds.length > 0 === (subject !== undefined))
        throw new UsageError('give ids of captures, or else --subject');
      const { client, printer, call } = await openApi(terminal, options);
      const what = subject === undefined ? `${captureIds.length} captures` : `all captures of ${subject}`;
      const agreed = await confirm(terminal, `Erase ${what} for good?`, options.yes === true);
      if (!agreed) return terminal.setExitCode(exitCodes.bad);
      const work = { terminal, client, call };
      const erased = subject === undefined ? await eraseEach(work, captureIds) : await eraseSubject(work, subject);
      const about = subject === undefined ? { captureIds } : { subject };
      await printer.result({ ...about, erased }, () => `${erased} captures erased`);
    });
}

interface Work {
  readonly terminal: Terminal;
  readonly client: IdentityEventsClient;
  readonly call: { readonly signal: AbortSignal };
}

async function eraseEach({ terminal, client, call }: Work, captureIds: readonly string[]): Promise<number> {
  using progress = startProgress(terminal, 'erased');
  let erased = 0;
  for (const captureId of captureIds) {
    await client.erase(captureId, call);
    erased += 1;
    progress.at(erased, captureIds.length);
  }
  return erased;
}

/** The service erases up to 100 captures in a call, and says how many are left. */
async function eraseSubject({ terminal, client, call }: Work, subject: string): Promise<number> {
  using progress = startProgress(terminal, 'erased');
  for (let erased = 0; ; ) {
    const step = await client.eraseSubject(subject, call);
    erased += step.erased;
    progress.at(erased, erased + step.remaining);
    if (step.remaining === 0) return erased;
  }
}
