import type { DeadLetterView } from '@identity-events/sdk/operations';
import { list, table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';
import { deadLetterCommand, filterOf, takeLetters } from './dead-letter-options.ts';
import { abandonCommand, redriveCommand } from './dlq-work.ts';
import { apiCommand, newCommand, openApi } from './new-command.ts';

/** `dlq`: dead letters, captures whose job a fault of the service ended. */
export function dlqCommand(terminal: Terminal) {
  return newCommand(terminal, 'dlq')
    .description('dead letters: captures whose job a fault of the service ended (scope ops)')
    .addCommand(listCommand(terminal))
    .addCommand(showCommand(terminal))
    .addCommand(redriveCommand(terminal))
    .addCommand(abandonCommand(terminal));
}

function listCommand(terminal: Terminal) {
  return deadLetterCommand(terminal, 'list')
    .description('dead letters that fit, the oldest first')
    .action(async (options) => {
      const { operations, printer, call } = await openApi(terminal, options);
      const found = await takeLetters(operations.deadLetters(filterOf(options), call), options.limit);
      await printer.results(found.letters, () => lettersText(found.letters));
      if (found.more) printer.note('there are more: give --limit');
    });
}

function showCommand(terminal: Terminal) {
  return apiCommand(terminal, 'show')
    .description('a dead letter with what is known of its capture')
    .argument('<capture>', 'its id')
    .action(async (captureId, options) => {
      const { operations, printer, call } = await openApi(terminal, options);
      const letter = await operations.deadLetter(captureId, call);
      await printer.result(letter, () => letterText(letter));
    });
}

function lettersText(letters: readonly DeadLetterView[]): string {
  if (letters.length === 0) return 'no dead letters';
  const rows = letters.map(({ captureId, cause, failedAt, starts, stalls, capture, record }) => [
    ...[captureId, cause, failedAt, capture?.kind ?? `record ${record}`, String(starts), String(stalls)],
    ...[String(capture?.redrives ?? '-'), capture?.expiresAt ?? '-'],
  ]);
  return table(['CAPTURE', 'CAUSE', 'DIED', 'KIND', 'STARTS', 'STALLS', 'REDRIVES', 'EXPIRES'], rows);
}

function letterText({ capture, ...letter }: DeadLetterView): string {
  return list({
    capture: letter.captureId,
    cause: letter.cause,
    died: letter.failedAt,
    queued: letter.queuedAt,
    starts: String(letter.starts),
    stalls: String(letter.stalls),
    record: letter.record,
    kind: capture?.kind,
    lane: capture?.lane,
    status: capture?.status,
    accepted: capture?.createdAt,
    'expires at': capture?.expiresAt,
    'failed calls': capture?.failedCalls.toString(),
    redrives: capture?.redrives.toString(),
    redriven: capture?.redrivenAt,
    steps: capture?.steps.map(({ name, finishedAt }) => `${name} ${finishedAt}`).join(', ') || undefined,
  });
}
