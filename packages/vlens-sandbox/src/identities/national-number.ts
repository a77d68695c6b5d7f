/** What a national number says about its holder. */
export interface NationalNumberParts {
  /** `YYYY-MM-DD`, in 1900 to 2099. */
  readonly dateOfBirth: string;
  /** Two digits. */
  readonly governorateCode: string;
  /** 0 to 999: the first three digits of the serial. */
  readonly serial: number;
  /** 0 to 9, the serial's last digit: odd for men, even for women. */
  readonly genderDigit: number;
}

/**
 * Composes a 14-digit Egyptian national number: century (2 for 19xx, 3 for 20xx), birth date as YYMMDD, governorate,
 * serial with the gender digit last, check digit. How Egypt computes the check digit is not published: this one is
 * invented, see `inventedCheckDigit`.
 */
export function nationalNumber({ dateOfBirth, governorateCode, serial, genderDigit }: NationalNumberParts): string {
  const century = dateOfBirth.startsWith('19') ? '2' : '3';
  const birth = dateOfBirth.slice(2).replaceAll('-', '');
  const digits = `${century}${birth}${governorateCode}${String(serial).padStart(3, '0')}${genderDigit}`;
  return `${digits}${inventedCheckDigit(digits)}`;
}

/** An invented check digit: the digits' sum, weighted 1, 2, 1, 2 and so on, modulo 10. */
export function inventedCheckDigit(digits: string): number {
  return Array.from(digits).reduce((sum, digit, index) => sum + Number(digit) * (1 + (index % 2)), 0) % 10;
}
