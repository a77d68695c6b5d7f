const PREFIX = 'vlens-sandbox:';

/** The text that carries a scenario inside an image: a JPEG comment, or the text of a PNG `tEXt` chunk. */
export function scenarioMark(scenario: string): string {
  return `${PREFIX}${scenario}`;
}

/** The scenario that such a text names, or null if the text is some other comment. */
export function readScenarioMark(text: string): string | null {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length).trim() : null;
}
