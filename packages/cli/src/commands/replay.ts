import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from '@commander-js/extra-typings';
import type { OperationsClient, ReplayView } from '@identity-events/sdk/operations';
import { outcomeEventTypes } from '#contracts/identity-event';
import { replayLimits } from '#contracts/replay-view';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { startProgress } from '../output/progress.ts';
import { list } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';
import { count, pastTime } from './arguments.ts';
import { confirm } from './confirm.ts';
import { apiCommand, newCommand, openApi } from './new-command.ts';

/** How often a replay is looked at, in ms. */
const lookEveryMs = 1_000;

/** `replay`: past outcomes are published again. */
export function replayCommand(terminal: Terminal) {
  return newCommand(terminal, 'replay')
    .description('publish past outcomes again (scope ops)')
    .addCommand(startCommand(terminal))
    .addCommand(statusCommand(terminal))
    .addCommand(cancelCommand(terminal));
}

function startCommand(terminal: Terminal) {
  const time = pastTime(terminal.now);
  return apiCommand(terminal, 'start')
    .description('publish the outcomes of these captures, or of those that pass a filter, again')
    .argument('[captures...]', 'their ids, instead of a filter')
    .option('--subject <id>', 'of this person')
    .addOption(new Option('--type <type...>', 'only these types').choices(outcomeEventTypes))
    .option('--since <time>', 'captures accepted at this time or later: RFC 3339, or how long ago, such as 2h', time)
    .option('--until <time>', 'captures accepted before this time', time)
    .option('--all', 'all of them, up to the limit')
    .option('--topic <topic>', 'where to, instead of the topic of each type: one that the service allows')
    .option('--limit <n>', 'events at most', count(1, replayLimits.countMax), replayLimits.count)
    .option('--per-second <n>', 'events a second at most', count(1, replayLimits.perSecondMax), replayLimits.perSecond)
    .option('--dry-run', 'count what would be published, and publish nothing')
    .option('--force', 'also events that were replayed too often')
    .option('--no-wait', 'do not wait for its end')
    .option('-y, --yes', 'do not ask')
    .action(async (captureIds, options) => {
      const { operations, printer, call } = await openApi(terminal, options);
      const { topic, limit, perSecond, dryRun = false, force = false, yes = false } = options;
      const selection = selectionOf(captureIds, options);
      const to = topic ?? 'every subscriber of the topics';
      const agreed = dryRun || (await confirm(terminal, `Publish up to ${limit} past events again, to ${to}?`, yes));
      if (!agreed) return terminal.setExitCode(exitCodes.bad);
      const asked = { ...selection, limit, perSecond, dryRun, force, ...(topic === undefined ? {} : { topic }) };
      const started = await operations.startReplay(asked, call);
      printer.note(`${started.id} has begun; Ctrl-C leaves it at work`);
      const replay = options.wait ? await untilEnded(terminal, operations, started) : started;
      await printer.result(replay, () => replayText(replay));
      if (replay.status === 'failed') terminal.setExitCode(exitCodes.bad);
    });
}

interface Selecting {
  readonly subject?: string | undefined;
  readonly type?: (typeof outcomeEventTypes)[number][] | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly all?: true | undefined;
}

/** Ids or a filter. Throws `UsageError` for neither and both: an empty filter would be everything. */
function selectionOf(captureIds: string[], { subject, type: types, since, until, all }: Selecting) {
  const members = { subject, types, createdAfter: since?.toISOString(), createdBefore: until?.toISOString() };
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  if (captureIds.length > 0 === (given.length > 0 || all === true)) {
    throw new UsageError('which outcomes? Give ids of captures, or else a filter or --all');
  }
  return captureIds.length > 0 ? { captureIds } : { filter: Object.fromEntries(given) };
}

function statusCommand(terminal: Terminal) {
  return apiCommand(terminal, 'status')
    .description('where a replay stands')
    .argument('<replay>', 'its id')
    .option('--wait', 'wait for its end')
    .action(async (replayId, options) => {
      const { operations, printer, call } = await openApi(terminal, options);
      const seen = await operations.replay(replayId, call);
      const replay = options.wait ? await untilEnded(terminal, operations, seen) : seen;
      await printer.result(replay, () => replayText(replay));
      if (replay.status === 'failed') terminal.setExitCode(exitCodes.bad);
    });
}

function cancelCommand(terminal: Terminal) {
  return apiCommand(terminal, 'cancel')
    .description('end a replay after the batch under way; what is published stays published')
    .argument('<replay>', 'its id')
    .action(async (replayId, options) => {
      const { operations, printer, call } = await openApi(terminal, options);
      const replay = await operations.cancelReplay(replayId, call);
      await printer.result(replay, () => replayText(replay));
    });
}

async function untilEnded(terminal: Terminal, operations: OperationsClient, begun: ReplayView): Promise<ReplayView> {
  using progress = startProgress(terminal, 'replayed');
  const { signal } = terminal;
  for (let replay = begun; ; replay = await operations.replay(begun.id, { signal })) {
    progress.at(replay.replayed, replay.limit);
    if (['completed', 'cancelled', 'failed'].includes(replay.status)) return replay;
    await sleep(lookEveryMs, undefined, { signal });
  }
}

function replayText(replay: ReplayView): string {
  const counts = (of: Readonly<Record<string, number>>): string | undefined =>
    Object.entries(of)
      .map(([name, number]) => `${number} ${name}`)
      .join(', ') || undefined;
  return list({
    replay: replay.id,
    status: replay.status,
    why: replay.why,
    to: replay.topic ?? 'the topic of each type',
    [replay.dryRun ? 'would replay' : 'replayed']: String(replay.replayed),
    types: counts(replay.byType),
    skipped: counts(replay.skipped),
    more: replay.limitReached ? `perhaps: it ended at its limit of ${replay.limit}` : undefined,
    'asked for': replay.createdAt,
    ended: replay.endedAt,
  });
}
