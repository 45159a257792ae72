import type { Token } from "../api/types";
import { stripWords, usedDays } from "../words/tokens";

/** The last 14 days as a strip. Days on which the token was used are taller, and the text alternative names them. */
export function UseStrip({ token, now }: { readonly token: Token; readonly now: number }) {
  const strip = usedDays(token, now);
  if (!strip) return null;
  const words = stripWords(strip);
  return (
    <span class="use-strip" role="img" aria-label={words} title={words}>
      {strip.map(({ day, used }) => (
        <i key={day} class={used ? "used" : ""} />
      ))}
    </span>
  );
}
