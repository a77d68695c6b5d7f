/** Ends a run of tests that need engines before the first of them, when there are none. */
export function setup(): void {
  const missing = ['REDIS_URL', 'KAFKA_BROKERS'].filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(' and ')} not set. "npm test" starts real engines and sets them; "npm run engines" starts them and prints them.`,
    );
  }
}
