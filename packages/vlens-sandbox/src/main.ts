import { inspect } from 'node:util';
import { launchSandbox } from './sandbox.ts';
import { settingsFromEnvironment } from './settings.ts';

const sandbox = await launchSandbox(settingsFromEnvironment(process.env), {
  onBug: (error) => process.stderr.write(`${inspect(error)}\n`),
});
process.stdout.write(`${JSON.stringify({ message: 'sandbox.listening', url: sandbox.url })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void sandbox.close());
}
