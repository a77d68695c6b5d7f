import type { CaptureView } from '@identity-events/sdk/client';
import { isTerminal } from '#contracts/capture';
import { exitCodes, outcomeCode } from '../exit-codes.ts';
import { captureLine } from '../output/capture-text.ts';
import type { Terminal } from '../terminal.ts';
import { span } from './arguments.ts';
import { apiCommand, openApi } from './new-command.ts';

/** `watch`: a capture now, and after each change, until its event is in Kafka. */
export function watchCommand(terminal: Terminal) {
  return apiCommand(terminal, 'watch')
    .description('tell each change of a capture until its event is in Kafka')
    .argument('<capture>', 'its id')
    .option('--timeout <span>', 'how long at most, such as 10m (default: for ever)', span)
    .action(async (captureId, options) => {
      const { client, printer, call } = await openApi(terminal, options);
      const late = options.timeout === undefined ? undefined : AbortSignal.timeout(options.timeout);
      const signal = late ? AbortSignal.any([call.signal, late]) : call.signal;
      let last: CaptureView | undefined;
      try {
        for await (const capture of client.watch(captureId, { signal })) {
          last = capture;
          await printer.result(capture, () => captureLine(capture));
        }
      } catch (error) {
        if (!late?.aborted || call.signal.aborted) throw error;
        printer.note(`no more within the time given: ${last ? last.status : 'nothing was heard of it'}`);
      }
      terminal.setExitCode(last && isTerminal(last.status) ? outcomeCode(last.status) : exitCodes.stillOpen);
    });
}
