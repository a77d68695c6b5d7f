/**
 * `npm run bench [-- figure ...] [--short] [--profile]`: all figures, which then stand in docs/performance.md, or some of them. Exit code 0
 * when each bar is kept, 1 when not.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createKafka } from '@identity-events/tools/engines/kafka';
import { createRedis } from '@identity-events/tools/engines/redis';
import { ROOT, RUN } from '@identity-events/tools/paths';
import { openRunFolder } from '@identity-events/tools/processes/run-folder';
import Table from 'cli-table3';
import { hottestFunctions } from '../src/measure/cpu-profile.ts';
import { describeMachine } from '../src/measure/machine.ts';
import { accept } from './figures/accept.ts';
import { backlog } from './figures/backlog.ts';
import { cpu } from './figures/cpu.ts';
import type { Extent, Figure } from './figures/figure.ts';
import { latency } from './figures/latency.ts';
import { memory } from './figures/memory.ts';
import { multipart } from './figures/multipart.ts';
import { queue } from './figures/queue.ts';
import type { Finding } from './finding.ts';
import { writePerformancePage } from './performance-page.ts';
import { openStage, type Stage } from './stage.ts';

const figures: Readonly<Record<string, Figure>> = { accept, multipart, memory, backlog, queue, latency, cpu };

const whole: Extent = { rounds: 5, ms: 3_000, captures: 5_000, backlog: 1_000_000 };
const short: Extent = { rounds: 3, ms: 2_000, captures: 2_000, backlog: 50_000 };

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const cpuDirs = { api: join(RUN, 'bench-cpu', 'api'), worker: join(RUN, 'bench-cpu', 'worker') };

/** Engines of its own, for it empties Redis, and a stage upon them. */
async function withStage<T>(profiled: boolean, use: (stage: Stage) => Promise<T>): Promise<T> {
  await using undo = new AsyncDisposableStack();
  const folder = openRunFolder(RUN, 'bench');
  undo.defer(() => folder.remove());
  const redis = await createRedis({ dataDir: folder.path, log: print });
  const kafka = await createKafka({ dataDir: folder.path, log: print });
  for (const engine of [redis, kafka]) undo.defer(() => engine.discard());
  await Promise.all([redis.start(), kafka.start()]);
  const nodeArgs = {
    api: ['--cpu-prof', `--cpu-prof-dir=${cpuDirs.api}`],
    worker: ['--cpu-prof', `--cpu-prof-dir=${cpuDirs.worker}`],
  };
  for (const dir of Object.values(cpuDirs)) await rm(dir, { recursive: true, force: true });
  const stage = await openStage({
    redisUrl: redis.address,
    kafkaBrokers: kafka.address,
    engines: { Redis: redis.pid() ?? 0, Kafka: kafka.pid() ?? 0 },
    dataDir: folder.path,
    from: 'dist',
    nodeArgs: profiled ? nodeArgs : undefined,
  });
  undo.use(stage);
  // Awaited here, or everything would be gone before it is used.
  return await use(stage);
}

function show({ title, verdicts, table: { head, rows } }: Finding): void {
  print(`\n${title}`);
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  table.push(...rows.map((row) => [...row]));
  print(table.toString());
  for (const { what, bar, value, kept } of verdicts)
    print(`${kept ? 'kept    ' : 'NOT KEPT'}  ${what}: ${value}, ${bar}`);
}

function showHotFunctions(): void {
  for (const [name, dir] of Object.entries(cpuDirs)) {
    print(`\nWhere ${name} spent its time (${dir})`);
    for (const { name: called, place, share } of hottestFunctions(dir, ROOT, 30)) {
      print(`${(share * 100).toFixed(1).padStart(5)} %  ${called}  ${place}`);
    }
  }
}

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean', default: false }, profile: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : Object.keys(figures);
const unknown = names.filter((name) => !(name in figures));
if (unknown.length > 0) {
  print(`no figure ${unknown.join(', ')}; there are ${Object.keys(figures).join(', ')}`);
  process.exit(2);
}

const machine = describeMachine();
const startedAt = performance.now();
const findings: Finding[] = [];
await withStage(values.profile, async (stage) => {
  for (const name of names) {
    const finding = await figures[name]?.(stage, values.short ? short : whole);
    if (!finding) continue;
    findings.push(finding);
    show(finding);
  }
});
const minutes = (performance.now() - startedAt) / 60_000;
if (values.profile) showHotFunctions();
else if (positionals.length === 0 && !values.short) {
  writePerformancePage(join(ROOT, 'docs', 'performance.md'), findings, machine, minutes);
}
print(`\n${minutes.toFixed(1)} minutes`);
process.exitCode = findings.every(({ verdicts }) => verdicts.every(({ kept }) => kept)) ? 0 : 1;
