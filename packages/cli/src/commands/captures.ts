import { Option } from '@commander-js/extra-typings';
import type { CaptureView, IdentityEventsClient } from '@identity-events/sdk/client';
import { captureKinds, captureStatuses } from '#contracts/capture';
import { captureTable, captureText } from '../output/capture-text.ts';
import type { Terminal } from '../terminal.ts';
import { count, pastTime } from './arguments.ts';
import { cancelCommand } from './captures-cancel.ts';
import { eraseCommand } from './captures-erase.ts';
import { apiCommand, newCommand, openApi } from './new-command.ts';

const listMax = 100_000;

/** `captures`: list, show, cancel and erase them. */
export function capturesCommand(terminal: Terminal) {
  return newCommand(terminal, 'captures')
    .description('list, show, cancel and erase captures')
    .addCommand(listCommand(terminal))
    .addCommand(showCommand(terminal))
    .addCommand(cancelCommand(terminal))
    .addCommand(eraseCommand(terminal));
}

function listCommand(terminal: Terminal) {
  const time = pastTime(terminal.now);
  return apiCommand(terminal, 'list')
    .description('captures that fit, the latest accepted first')
    .addOption(new Option('--status <status>', 'where they stand').choices(captureStatuses))
    .addOption(new Option('--kind <kind>', 'what was submitted').choices(captureKinds))
    .option('--subject <id>', 'of this person')
    .option('--since <time>', 'accepted at this time or later: RFC 3339, or how long ago, such as 2h', time)
    .option('--until <time>', 'accepted before this time', time)
    .option('--limit <n>', `how many at most, up to ${listMax}`, count(1, listMax), 50)
    .action(async ({ status, kind, subject, since, until, limit, ...options }) => {
      const { client, printer, call } = await openApi(terminal, options);
      const filter = { status, kind, subject, createdAfter: since, createdBefore: until };
      const { captures, more } = await take(client.list({ ...filter, pageSize: Math.min(100, limit) }, call), limit);
      await printer.results(captures, () => (captures.length === 0 ? 'no captures' : captureTable(captures)));
      if (more) printer.note(`there are more: give --limit`);
    });
}

async function take(all: ReturnType<IdentityEventsClient['list']>, limit: number) {
  const captures: CaptureView[] = [];
  for await (const capture of all) {
    if (captures.length === limit) return { captures, more: true };
    captures.push(capture);
  }
  return { captures, more: false };
}

function showCommand(terminal: Terminal) {
  return apiCommand(terminal, 'show')
    .description('where a capture stands')
    .argument('<capture>', 'its id')
    .action(async (captureId, options) => {
      const { client, printer, call } = await openApi(terminal, options);
      const capture = await client.get(captureId, call);
      await printer.result(capture, () => captureText(capture));
    });
}
