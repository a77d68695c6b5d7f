import { type ChaosSystem, openChaosSystem } from './chaos-system.ts';
import { toLine } from './check-run.ts';
import { type Extent, type Scenario, secondsSince } from './scenario.ts';
import { apiKills } from './scenarios/api-kills.ts';
import { clockJumps } from './scenarios/clock-jumps.ts';
import { kafkaAway } from './scenarios/kafka-away.ts';
import { noRoom } from './scenarios/no-room.ts';
import { poison } from './scenarios/poison.ts';
import { providerFaults } from './scenarios/provider-faults.ts';
import { redisOutage } from './scenarios/redis-outage.ts';
import { rollingRestart } from './scenarios/rolling-restart.ts';
import { workerKills } from './scenarios/worker-kills.ts';

/** Everything that is done to the system, in this order. */
export const scenarios: readonly Scenario[] = [
  workerKills,
  apiKills,
  redisOutage,
  kafkaAway,
  rollingRestart,
  providerFaults,
  poison,
  noRoom,
  clockJumps,
];

const faultsShownMax = 20;

/** A scenario's end, for people: a line of counts, its figures, and its faults if it has any. */
export interface Report {
  readonly lines: readonly string[];
  readonly faults: readonly string[];
}

/** Runs the scenarios one after the other on one system and prints their reports; resolves to how many have faults. */
export async function runChaos(
  chosen: readonly Scenario[],
  extent: Extent,
  print: (line: string) => void,
): Promise<number> {
  const chaos = await openChaosSystem();
  let failed = 0;
  try {
    for (const scenario of chosen) {
      const { lines, faults } = await report(chaos, scenario, extent);
      for (const line of lines) print(line);
      if (faults.length > 0) failed += 1;
    }
  } finally {
    await chaos.close();
  }
  return failed;
}

/** Runs one scenario and calms the system after it. What it throws is a fault, too. */
export async function report(chaos: ChaosSystem, scenario: Scenario, extent: Extent): Promise<Report> {
  const begun = Date.now();
  try {
    const { check, figures } = await scenario.run(chaos, extent);
    const told = Object.entries(figures).map(([figure, value]) => `${figure}=${value}`);
    const counts = `${scenario.name} (${secondsSince(begun)} s): ${toLine(check)}`;
    return toReport([counts, ...(told.length > 0 ? [`  ${told.join(' ')}`] : [])], check.faults);
  } catch (error) {
    return toReport([`${scenario.name} (${secondsSince(begun)} s): ended early`], [String(error)]);
  } finally {
    await chaos.calm();
  }
}

function toReport(lines: readonly string[], faults: readonly string[]): Report {
  return { lines: [...lines, ...faults.slice(0, faultsShownMax).map((fault) => `  FAULT ${fault}`)], faults };
}
