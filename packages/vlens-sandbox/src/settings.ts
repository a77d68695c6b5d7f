import { z } from 'zod';
import { latencySchema } from './latency.ts';
import { rateWindowsSchema } from './rate/rate-window.ts';

const flag = z.union([z.boolean(), z.stringbool()]);
const count = z.coerce.number().int().positive();

const apiKeysSchema = z
  .union([z.string(), z.array(z.string())])
  .transform((keys) => (typeof keys === 'string' ? keys.split(',') : keys).map((key) => key.trim()));

/** Settings that can change while the sandbox runs. */
export const changeableSettingsSchema = z.object({
  latency: latencySchema.prefault('fixed:0').describe('time every answer takes'),
  rateWindows: rateWindowsSchema
    .prefault('')
    .describe('calls allowed per API key, such as `10/1s,60/1m`; empty: no limit'),
  rateAnswer: z
    .enum(['retry-after', 'bare', 'code-4003'])
    .default('retry-after')
    .describe('how an exceeded limit looks: 429 with `Retry-After`, 429 without, or HTTP 200 with error code 4003'),
  rateCountsRejected: flag.default(false).describe('whether a rejected call uses up budget as well'),
  ntraRequired: flag.default(false).describe('whether the tenant requires the NTRA check'),
  csoRequired: flag.default(false).describe('whether the tenant requires the CSO check'),
  validationsCasing: z
    .enum(['both', 'lower', 'capital'])
    .default('both')
    .describe('which of `services.validations` and `services.Validations` are sent'),
  errorStyle: z
    .enum(['http200', 'http422', 'all200'])
    .default('http200')
    .describe('HTTP status of errors: 200 for codes from 1000; 422 for those; 200 for every error, 401 included'),
  expiredTokenStatus: z
    .union([z.literal(401), z.literal(403), z.enum(['401', '403']).transform(Number)])
    .default(401)
    .describe('answer to an expired bearer: 401 or 403'),
  userTokenSeconds: count.default(86_400).describe('lifetime of the tokens that Register and Login issue'),
});

/** Everything the sandbox can be told, with its defaults. */
export const settingsSchema = changeableSettingsSchema.extend({
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  port: z.coerce.number().int().min(0).max(65_535).default(0).describe('port to listen on; 0: a free one'),
  apiKeys: apiKeysSchema
    .prefault('sandbox-api-key')
    .describe('accepted API keys, comma separated, each `key` or `key:tenant`; `*` accepts every key'),
  seed: z.string().default('vlens-sandbox').describe('what all that looks random derives from'),
  transactionsMax: count.default(50_000).describe('transactions kept; the least recently used are forgotten'),
  imageMemoryBytesMax: count.default(64 * 1024 * 1024).describe('bytes of uploaded images kept'),
  imageBytesMax: count.default(5 * 1024 * 1024).describe('largest image accepted, in decoded bytes'),
  callsMax: count.default(200_000).describe('calls the log keeps'),
});

/** What a caller may give; whatever is left out takes its default. */
export type SettingsInput = z.input<typeof settingsSchema>;
/** Complete, checked settings. */
export type Settings = z.output<typeof settingsSchema>;

/** Name of the environment variable that carries a setting. */
export function variableOf(setting: string): string {
  return setting.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/**
 * Reads the settings from environment variables; empty ones count as absent. Throws a ZodError that names every fault.
 */
export function settingsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.keys(settingsSchema.shape).flatMap((setting) => {
    const value = environment[variableOf(setting)];
    return value === undefined || value === '' ? [] : [[setting, value] as const];
  });
  return settingsSchema.parse(Object.fromEntries(given));
}

/** The settings with some of the changeable ones replaced; throws a ZodError for any other or a bad value. */
export function changeSettings(settings: Settings, changes: unknown): Settings {
  const checked = z.strictObject(changeableSettingsSchema.shape).partial().parse(changes);
  const given = Object.keys(changes as object);
  return { ...settings, ...Object.fromEntries(Object.entries(checked).filter(([name]) => given.includes(name))) };
}
