/** What one check found. */
export interface Finding {
  /** What was looked at. */
  readonly check: string;
  /** `note`: worth knowing, and no fault by itself. `skipped`: nothing was given to look at. */
  readonly state: 'ok' | 'note' | 'fault' | 'skipped';
  readonly found: string;
  /** What to do about it; there for notes and faults. */
  readonly advice?: string;
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found });
export const fault = (check: string, found: string, advice: string): Finding => ({
  check,
  state: 'fault',
  found,
  advice,
});
export const note = (check: string, found: string, advice: string): Finding => ({
  check,
  state: 'note',
  found,
  advice,
});
export const skipped = (check: string, advice: string): Finding => ({
  check,
  state: 'skipped',
  found: 'not looked at',
  advice,
});
