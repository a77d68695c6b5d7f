import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChaosSystem, openChaosSystem } from './chaos/chaos-system.ts';
import { report, scenarios } from './chaos/run-chaos.ts';

const timeoutMs = 300_000;
let chaos: ChaosSystem;
beforeAll(async () => {
  chaos = await openChaosSystem();
});
afterAll(() => chaos?.close());

it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  '%s: every accepted capture has its one outcome',
  async (_, scenario) => {
    const { lines, faults } = await report(chaos, scenario, 'short');
    process.stdout.write(`${lines.join('\n')}\n`);
    expect(faults).toEqual([]);
  },
  timeoutMs,
);
