import type { DeadLetterResults } from '@identity-events/sdk/operations';
import { deadLetterLimits } from '#contracts/dead-letter-view';
import { exitCodes, UnavailableError, UsageError } from '../exit-codes.ts';
import { startProgress } from '../output/progress.ts';
import { table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';
import { count } from './arguments.ts';
import { confirm } from './confirm.ts';
import { deadLetterCommand, filterOf, takeLetters } from './dead-letter-options.ts';
import { openApi } from './new-command.ts';

/** How much work one call gets, in seconds: little, so that the bar moves and Ctrl-C is heard. */
const callSeconds = 2;

type Results = DeadLetterResults['results'];
/** One call for some of the letters. */
type WorkOn = (selection: { captureIds: string[]; perSecond: number; dryRun: boolean }) => Promise<DeadLetterResults>;

function workCommand(terminal: Terminal, name: string) {
  return deadLetterCommand(terminal, name)
    .argument('[captures...]', 'their ids, instead of a filter')
    .option('--all', 'all of them, up to the limit')
    .option('--per-second <n>', 'how many a second at most', count(1, deadLetterLimits.perSecondMax), 10)
    .option('--dry-run', 'say what would happen to each, and change nothing')
    .option('-y, --yes', 'do not ask');
}

/** `dlq redrive`: a new attempt. */
export function redriveCommand(terminal: Terminal) {
  return workCommand(terminal, 'redrive')
    .description('give captures a new attempt; provider calls that are done are not repeated')
    .option('--force', 'also captures that were redriven too often')
    .action(async (captureIds, options) => {
      const api = await openApi(terminal, options);
      const { force = false } = options;
      await work(terminal, { ...api, ...options, captureIds, verb: 'Redrive' }, (selection) =>
        api.operations.redrive({ ...selection, force }, api.call),
      );
    });
}

/** `dlq abandon`: an end. */
export function abandonCommand(terminal: Terminal) {
  return workCommand(terminal, 'abandon')
    .description('give captures up: each fails as internal_error, with its event')
    .option('--force', 'also those of which too little can be read to tell anybody: erased, without an event')
    .action(async (captureIds, options) => {
      const api = await openApi(terminal, options);
      const { force = false } = options;
      await work(terminal, { ...api, ...options, captureIds, verb: 'Abandon' }, (selection) =>
        api.operations.abandon({ ...selection, force }, api.call),
      );
    });
}

type WorkOptions = ReturnType<ReturnType<typeof workCommand>['opts']>;
type Request = Awaited<ReturnType<typeof openApi>> &
  WorkOptions & { readonly captureIds: readonly string[]; readonly verb: string };

/** Selects, asks, and works through the selection in small calls, no faster than allowed. */
async function work(terminal: Terminal, request: Request, workOn: WorkOn): Promise<void> {
  const { printer, verb, dryRun = false, yes = false, perSecond } = request;
  const captureIds = await select(request);
  const agreed = dryRun || captureIds.length === 0 || (await confirm(terminal, `${verb} ${captureIds.length}?`, yes));
  if (!agreed) return terminal.setExitCode(exitCodes.bad);
  const results: Results = [];
  // What was done is told, whatever ends the rest.
  try {
    using progress = startProgress(terminal, 'done');
    const size = perSecond * callSeconds;
    for (let from = 0; from < captureIds.length; from += size) {
      const answer = await workOn({ captureIds: captureIds.slice(from, from + size), perSecond, dryRun });
      results.push(...answer.results);
      progress.at(results.length, captureIds.length);
      if (!answer.complete)
        throw new UnavailableError('the service stopped before all was done: give the command again');
    }
  } finally {
    await printer.results(results, () => resultsText(results));
  }
  if (results.some(({ result }) => result === 'refused')) terminal.setExitCode(exitCodes.bad);
}

/** The ids are chosen before anything changes: what is refused stays in the list, and would be chosen again and again. */
async function select(request: Request): Promise<string[]> {
  const { captureIds, all = false, limit, operations, call } = request;
  const filter = filterOf(request);
  const ways = [captureIds.length > 0, filter !== undefined || all].filter(Boolean).length;
  if (ways !== 1) throw new UsageError('which dead letters? Give ids, or else a filter or --all');
  if (captureIds.length > 0) return [...captureIds];
  const { letters } = await takeLetters(operations.deadLetters(filter, call), limit);
  return letters.map(({ captureId }) => captureId);
}

function resultsText(results: Results): string {
  if (results.length === 0) return 'no dead letters';
  const counts = Object.entries(Object.groupBy(results, ({ result }) => result));
  const rows = results.map(({ captureId, result, why = '-' }) => [captureId, result, why]);
  const total = counts.map(([result, of]) => `${of?.length} ${result}`).join(', ');
  return `${table(['CAPTURE', 'RESULT', 'WHY'], rows)}\n${total}`;
}
