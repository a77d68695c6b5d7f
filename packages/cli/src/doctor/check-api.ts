import { z } from 'zod';
import { contractVersion } from '#contracts/contract-version';
import { eventSchemaName, eventVersions } from '#contracts/event-versions';
import { readinessView } from '#contracts/health-view';
import { type Finding, fault, note, ok } from './finding.ts';
import type { Answer, Probe } from './probe.ts';

/** Clocks may differ by so much without doing harm, in ms; the service's own tells whole seconds. */
const skewMsMax = 5_000;

/** Whether the service is there, works, speaks our version, and shares our time. Empty after the first when it is not there. */
export async function checkApi(probe: Probe, now: () => number): Promise<Finding[]> {
  const health = await probe('/healthz');
  if (!health.reached || health.status !== 200) {
    const found = health.reached ? `/healthz answers ${health.status}` : health.why;
    return [
      fault('api', found, 'Is the address right, the API running, and the way to it open? /healthz must answer 200.'),
    ];
  }
  return [
    ok('api', `answers in ${Math.round(health.tookMs)} ms`),
    clock(health, now()),
    await readiness(probe),
    await http(probe),
    await events(probe),
  ];
}

function clock({ dateMs, tookMs }: Extract<Answer, { reached: true }>, now: number): Finding {
  if (Number.isNaN(dateMs)) return note('clock', 'the answer has no date', 'Something between drops the header Date.');
  // The answer was dated within the last tookMs, and its second may have been about to end.
  const skewMs = now - tookMs / 2 - (dateMs + 500);
  const words = `this machine is ${Math.abs(Math.round(skewMs / 1_000))} s ${skewMs > 0 ? 'ahead of' : 'behind'} the API`;
  if (Math.abs(skewMs) <= skewMsMax) return ok('clock', 'the same as that of the API');
  return fault('clock', words, 'Set both clocks by NTP: deadlines and --since are times of day.');
}

async function readiness(probe: Probe): Promise<Finding> {
  const answer = await probe('/readyz');
  const view = readinessView.safeParse(answer.reached ? answer.body : undefined);
  if (!view.success)
    return fault('dependencies', '/readyz does not answer as documented', 'Is it identity-events that answers there?');
  const away = Object.entries(view.data.checks).flatMap(([name, state]) => (state === 'away' ? [name] : []));
  if (away.length === 0) return ok('dependencies', `${Object.keys(view.data.checks).join(', ')} answer the API`);
  const advice = 'Bring them back; nothing accepted is lost. docs/operations.md has the alerts.';
  return fault('dependencies', `away for the API: ${away.join(', ')}`, advice);
}

const versioned = z.object({ info: z.object({ version: z.string().regex(/^\d+\.\d+\.\d+$/) }) });

async function http(probe: Probe): Promise<Finding> {
  const answer = await probe('/openapi.json');
  const document = versioned.safeParse(answer.reached ? answer.body : undefined);
  if (!document.success)
    return fault('contract', '/openapi.json can not be read', 'Is it identity-events that answers there?');
  return compareVersions(document.data.info.version, contractVersion);
}

/** What it means when the service has another version than this program. Pure. */
export function compareVersions(theirs: string, ours: string): Finding {
  const [[theirMajor, theirMinor], [ourMajor, ourMinor]] = [partsOf(theirs), partsOf(ours)];
  const found = `the service has ${theirs}, this program ${ours}`;
  if (theirMajor !== ourMajor)
    return fault('contract', found, `Install the version of this program for ${theirMajor}.x.`);
  if (theirMinor < ourMinor) return note('contract', found, 'Some of what this program knows may not be there yet.');
  return ok('contract', found);
}

function partsOf(version: string): [number, number] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}

async function events(probe: Probe): Promise<Finding> {
  const names = Object.entries(eventVersions).map(([type, version]) => eventSchemaName(type, version));
  const answers = await Promise.all(names.map((name) => probe(`/schemas/${name}`)));
  const missing = names.filter((_, index) => !(answers[index]?.reached && answers[index].status === 200));
  if (missing.length === 0) return ok('events', `${names.length} types in the versions that this program reads`);
  return fault(
    'events',
    `the service does not have ${missing.join(', ')}`,
    'Install the version of this program that fits the service.',
  );
}
