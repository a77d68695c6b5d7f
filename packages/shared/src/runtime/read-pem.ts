import { readFileSync } from 'node:fs';
import { AppError, errorCode } from './errors.ts';

/**
 * The content of a file of certificates or of a key that a setting names. Throws `AppError('config_invalid')` that names the setting,
 * and nothing of the content.
 */
export function readPem(variable: string, file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN ')) return text;
  } catch (error) {
    throw new AppError('config_invalid', `${variable}: the file can not be read: ${errorCode(error)}`, {
      retriable: false,
      cause: error,
    });
  }
  throw new AppError('config_invalid', `${variable}: the file is not PEM`, { retriable: false });
}
