import { fetchChromium } from '../engines/chromium.ts';
import type { Log } from '../engines/engine.ts';
import { fetchHelm, fetchKubernetesSchemas } from '../engines/helm.ts';
import { fetchConsoleConsumer } from '../engines/kafka-programs.ts';
import { fetchPromtool } from '../engines/promtool.ts';
import { fetchSchemathesis } from '../engines/schemathesis.ts';

const FETCHES = [
  fetchHelm,
  fetchKubernetesSchemas,
  fetchPromtool,
  fetchSchemathesis,
  fetchConsoleConsumer,
  fetchChromium,
];

/**
 * Fetches what single tests would otherwise wait for, one after the other, each when it is not there yet. What can't be had is the
 * failure of the test that needs it, which asks again.
 */
export async function fetchTestPrograms(log: Log): Promise<void> {
  for (const fetch of FETCHES) await fetch(log).catch(() => undefined);
}
