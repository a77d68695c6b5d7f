import process from 'node:process';
import { bugFields, createLogger } from './logger.ts';
import { runService } from './run-service.ts';

/** A service for `logger.test.ts`: it writes lines of each kind, and again whenever it reads something. */
await runService(process, () => {
  const logger = createLogger('example', 'info');
  const secret = process.env['SECRET'] ?? '';
  const speak = (): void => {
    logger.debug('example.detail', { code: 'detail' });
    logger.info(`hello ${secret}`, { code: 'named' });
    logger.info('example.hostile', { name: secret, message: secret, level: secret, code: 'hostile' } as never);
    logger.error('example.bug', bugFields(new Error(`${secret}\n    at ${secret} (file.js:1:1)`)));
    logger.error('example.odd', bugFields(Object.assign(new Error('odd'), { name: secret })));
    logger.info('example.spoken');
  };
  return {
    logger,
    shutdownDeadlineMs: 1_000,
    start: async (releases) => {
      process.stdin.on('data', speak);
      releases.onStop('input', async () => process.stdin.destroy());
      speak();
    },
  };
});
