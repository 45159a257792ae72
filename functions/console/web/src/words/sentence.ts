// The blocks of scripts that are written from right to left, such as Arabic and Hebrew.
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Returns a text that people typed, such as a name, for use within a text of the console. If it is written from right to left,
 * isolating characters (U+2068 and U+2069) keep it from reordering the words and numbers around it. In JSX, use bdi instead.
 */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

/** Returns a template literal in which each value is isolated. Use it for every sentence that contains a name. */
export function sentence(words: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return words.reduce((text, part, i) => `${text}${isolated(String(values[i - 1] ?? ""))}${part}`);
}
