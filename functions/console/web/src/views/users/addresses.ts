/** An address to invite, with the name that was typed with it, and what is wrong with it. */
export interface Addressee {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Why it can't be invited, or undefined if it can. */
  readonly problem: string | undefined;
}

/** The most addresses that can be invited at once. */
export const MAX_ADDRESSEES = 200;
const MAX_ADDRESS = 254;
const MAX_NAME = 100;

// An address of the API's form, a name before an address in angle brackets, or one word. A name in quotes may contain
// anything. Without quotes, a comma in a name is that of "Lovelace, Ada <ada@example.com>".
const ENTRY =
  /"(?<quoted>[^"]*)"\s*<(?<quotedAddress>[^<>]*)>|(?<name>[^<>,;\n"@]+,[^<>,;\n"@]+|[^<>,;\n"]*)<(?<namedAddress>[^<>]*)>|(?<word>[^\s,;<>]+)/g;
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/**
 * Returns the addresses in a text, in which commas, semicolons, spaces and line ends separate them. It understands entries of
 * an address book such as "Ada Lovelace <ada@example.com>". `own` is the address of the person who invites.
 */
export function readAddressees(text: string, own: string): readonly Addressee[] {
  const seen = new Set<string>();
  return [...text.matchAll(ENTRY)].flatMap(entriesOf).map(({ email, name }) => {
    const key = email.toLowerCase();
    const problem = seen.has(key) ? "Listed twice" : problemOf(email, own);
    seen.add(key);
    return { email, ...namesOf(name), problem };
  });
}

interface Entry {
  readonly email: string;
  readonly name: string;
}

function entriesOf({ groups = {} }: RegExpExecArray): readonly Entry[] {
  const { quoted, quotedAddress, name, namedAddress, word } = groups;
  if (word !== undefined) return [{ email: word.replace(/^mailto:/i, "").replace(/[.:]+$/, ""), name: "" }];
  if (quotedAddress !== undefined) return [{ email: quotedAddress.trim(), name: quoted ?? "" }];
  // Addresses without a name may come before the name.
  const words = (name ?? "").split(/\s+/).filter(Boolean);
  const before = words.findLastIndex((w) => w.includes("@")) + 1;
  return [
    ...words.slice(0, before).map((email) => ({ email, name: "" })),
    { email: (namedAddress ?? "").trim(), name: words.slice(before).join(" ") },
  ];
}

function problemOf(email: string, own: string): string | undefined {
  if (!ADDRESS.test(email)) return "Not an email address";
  if (email.length > MAX_ADDRESS) return "Too long for an email address";
  return email.toLowerCase() === own.toLowerCase() ? "This is you" : undefined;
}

/** Returns the first and the last name in a name. */
function namesOf(name: string): { readonly firstName: string; readonly lastName: string } {
  const [last = "", first] = name.split(",").map((part) => part.trim().replaceAll(/\s+/g, " "));
  if (first !== undefined) return { firstName: first.slice(0, MAX_NAME), lastName: last.slice(0, MAX_NAME) };
  const words = last.split(" ");
  if (words.length === 1) return { firstName: last.slice(0, MAX_NAME), lastName: "" };
  return {
    firstName: words.slice(0, -1).join(" ").slice(0, MAX_NAME),
    lastName: (words.at(-1) ?? "").slice(0, MAX_NAME),
  };
}
