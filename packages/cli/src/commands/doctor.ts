import { styleText } from 'node:util';
import { Option } from '@commander-js/extra-typings';
import { z } from 'zod';
import { apiScopes } from '#contracts/scopes';
import { checkApi } from '../doctor/check-api.ts';
import { checkKafka } from '../doctor/check-kafka.ts';
import { checkKey } from '../doctor/check-key.ts';
import { checkRedis } from '../doctor/check-redis.ts';
import { type Finding, fault } from '../doctor/finding.ts';
import { createProbe } from '../doctor/probe.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { plain } from '../output/plain.ts';
import { createPrinter } from '../output/printer.ts';
import { type ApiOptions, readBrokers, readKey, readUrl, variables } from '../settings.ts';
import type { Output, Terminal } from '../terminal.ts';
import { by } from './arguments.ts';
import { apiCommand } from './new-command.ts';

/** `doctor`: looks at everything that the other commands need, changes nothing, and says what to do. */
export function doctorCommand(terminal: Terminal) {
  return apiCommand(terminal, 'doctor')
    .description('look at the API, the key, the clocks, Kafka and Redis, and say what to do')
    .option('--brokers <list>', `Kafka's bootstrap servers, host:port (default: ${variables.brokers})`)
    .option('--topic-prefix <prefix>', 'before the type in names of topics', by(z.string().max(128)), '')
    .addOption(new Option('--need <scope...>', 'scopes that the key must have').choices(apiScopes))
    .action(async (options) => {
      const printer = createPrinter(terminal, options);
      const findings = [
        ...(await checkService(terminal, options, options.need ?? [])),
        ...(await checkKafka(terminal, readBrokers(terminal, options.brokers), options.topicPrefix)),
        ...(await checkRedis(terminal)),
      ];
      await printer.results(findings, () => findingsText(findings, terminal.stdout));
      if (findings.some(({ state }) => state === 'fault')) terminal.setExitCode(exitCodes.bad);
    });
}

async function checkService(
  terminal: Terminal,
  options: ApiOptions,
  wanted: Parameters<typeof checkKey>[1],
): Promise<Finding[]> {
  const url = await settingOr('api', () => readUrl(terminal, options));
  if (typeof url !== 'string') return [url];
  const key = await settingOr('key', () => readKey(terminal, options));
  const probe = createProbe(url, typeof key === 'string' ? key : undefined, terminal.signal);
  const api = await checkApi(probe, terminal.now);
  if (api.length === 1) return api;
  return [...api, ...(typeof key === 'string' ? await checkKey(probe, wanted) : [key])];
}

/** A setting, or the finding that it is missing or wrong. */
async function settingOr(check: string, read: () => string | Promise<string>): Promise<string | Finding> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UsageError) return fault(check, 'no usable setting', error.message);
    throw error;
  }
}

const marks = {
  ok: ['green', 'ok'],
  note: ['yellow', 'note'],
  fault: ['red', 'FAULT'],
  skipped: ['dim', 'skipped'],
} as const satisfies Record<Finding['state'], readonly [string, string]>;

function findingsText(findings: readonly Finding[], stream: Output): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, state, found, advice }) => {
    const [colour, mark] = marks[state];
    const line = `${styleText(colour, mark.padEnd(7), { stream })}  ${check.padEnd(width)}  ${plain(found)}`;
    return advice === undefined ? [line] : [line, `${' '.repeat(width + 11)}${plain(advice)}`];
  });
  const faults = findings.filter(({ state }) => state === 'fault').length;
  return [...lines, faults === 0 ? 'nothing is wrong' : `${faults} to mend`].join('\n');
}
