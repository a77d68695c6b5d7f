import { Option } from '@commander-js/extra-typings';
import type { DeadLetterFilter, DeadLetterView, OperationsClient } from '@identity-events/sdk/operations';
import { captureKinds } from '#contracts/capture';
import type { Terminal } from '../terminal.ts';
import { count, pastTime } from './arguments.ts';
import { apiCommand } from './new-command.ts';

const lettersMax = 100_000;

/** A command about the dead letters that pass a filter. */
export function deadLetterCommand(terminal: Terminal, name: string) {
  const time = pastTime(terminal.now);
  return apiCommand(terminal, name)
    .option('--cause <code>', 'with this cause, such as bug or image_missing')
    .addOption(new Option('--kind <kind>', 'of this kind').choices(captureKinds))
    .option('--failed-after <time>', 'that died after this time: RFC 3339, or how long ago, such as 2h', time)
    .option('--failed-before <time>', 'that died before this time', time)
    .option('--limit <n>', `how many at most, the oldest first, up to ${lettersMax}`, count(1, lettersMax), 100);
}

interface FilterOptions {
  readonly cause?: string | undefined;
  readonly kind?: DeadLetterFilter['kind'];
  readonly failedAfter?: Date | undefined;
  readonly failedBefore?: Date | undefined;
}

/** The filter that the options make; undefined where they make none. */
export function filterOf({ cause, kind, failedAfter, failedBefore }: FilterOptions): DeadLetterFilter | undefined {
  const filter = { cause, kind, failedAfter, failedBefore };
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined;
}

/** The oldest letters that pass, and whether there are more. */
export async function takeLetters(letters: ReturnType<OperationsClient['deadLetters']>, limit: number) {
  const taken: DeadLetterView[] = [];
  for await (const letter of letters) {
    if (taken.length === limit) return { letters: taken, more: true };
    taken.push(letter);
  }
  return { letters: taken, more: false };
}
