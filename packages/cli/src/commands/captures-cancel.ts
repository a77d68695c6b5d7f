import { isTerminal } from '#contracts/capture';
import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { confirm } from './confirm.ts';
import { apiCommand, openApi } from './new-command.ts';

/** `captures cancel`: ends a capture that has no outcome yet. One that has is left as it is. */
export function cancelCommand(terminal: Terminal) {
  return apiCommand(terminal, 'cancel')
    .description('end a capture that has no outcome yet, and erase what is known of it')
    .argument('<capture>', 'its id')
    .option('-y, --yes', 'do not ask')
    .action(async (captureId, options) => {
      const { client, printer, call } = await openApi(terminal, options);
      const { status, subject } = await client.get(captureId, call);
      if (isTerminal(status)) {
        await printer.result(
          { captureId, result: 'not_open', status },
          () => `${captureId} is ${status}: nothing to cancel`,
        );
        return terminal.setExitCode(exitCodes.bad);
      }
      const agreed = await confirm(terminal, `Cancel ${captureId} of ${subject}?`, options.yes === true);
      if (!agreed) return terminal.setExitCode(exitCodes.bad);
      await client.erase(captureId, call);
      await printer.result({ captureId, result: 'cancelled' }, () => `${captureId} is cancelled and erased`);
    });
}
