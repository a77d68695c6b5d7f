import { runCli } from '../support/run-cli.ts';
import type { PrivacyStage } from './privacy-stage.ts';
import { verifiedTransaction } from './submit-planted.ts';

/** What the command line says, of what goes well and of what does not, results and notes alike. */
export async function askByCommandLine(stage: PrivacyStage, apiKey: string, brokers: string): Promise<void> {
  const { test, values, answers } = stage;
  const env = {
    IDENTITY_EVENTS_URL: test.system.apiUrl,
    IDENTITY_EVENTS_KEY: apiKey,
    IDENTITY_EVENTS_USER_TOKEN: values.text('user token', 'sandbox-user-'),
    KAFKA_BROKERS: brokers,
    REDIS_URL: test.engines.redis?.address ?? '',
  };
  const subject = (): string => values.text('subject', 'person-');
  const link = ['submit', 'link', '--subject', subject(), '--transaction-id', verifiedTransaction(), '--wait'];
  const runs: [args: string[], env: Record<string, string>][] = [
    [link, env],
    [link, { ...env, IDENTITY_EVENTS_USER_TOKEN: `two ${values.text('user token')}` }],
    [['captures', 'list'], env],
    [['captures', 'list'], { ...env, IDENTITY_EVENTS_KEY: values.text('wrong API key') }],
    [['captures', 'list'], { ...env, IDENTITY_EVENTS_URL: `ftp://${values.text('address')}` }],
    [['tail', '--since', '1h', '--max', '20'], env],
    [['doctor'], env],
    [['doctor'], { ...env, REDIS_URL: `redis://:${values.text('Redis password')}@127.0.0.1:1` }],
  ];
  for (const [args, own] of runs) {
    const { stdout, stderr } = await runCli(args, own);
    answers.push({ place: `cli ${args.slice(0, 2).join(' ')}`, bytes: Buffer.from(stdout + stderr) });
  }
}
