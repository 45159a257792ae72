/** What went wrong with a field, as a sentence. */
export interface FieldProblem {
  readonly field: string;
  readonly detail: string;
}

/** A refusal as the API tells it (RFC 9457), or the failure to reach the API at all. */
export class Problem extends Error {
  /** The last part of the problem's type: "version-mismatch"; "offline" when no answer came. */
  override readonly name: string;
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly title: string;
  readonly fields: readonly FieldProblem[];

  constructor(name: string, status: number, title: string, detail: string, fields: readonly FieldProblem[] = []) {
    super(detail);
    this.name = name;
    this.status = status;
    this.title = title;
    this.fields = fields;
  }

  /** What is wrong with one field, or undefined. */
  field(name: string): string | undefined {
    return this.fields.find((f) => f.field === name)?.detail;
  }

  /** Whether the same request may well succeed if it is sent again. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The problem of a request that nobody answered. */
export function unreachable(): Problem {
  return navigator.onLine
    ? new Problem("offline", 0, "No answer", "Leasehold did not answer. Try again in a moment.")
    : new Problem(
        "offline",
        0,
        "You are offline",
        "You are offline. Nothing has been changed; try again when you are back.",
      );
}

/** Why a session has ended, to the person whose it was: the API speaks of tokens, which they never saw. */
export function endOfSession({ name }: Problem): string {
  switch (name) {
    case "lease-lapsed":
      return "You were signed out because nothing had happened here for two hours. Sign in again to go on.";
    case "token-expired":
      return "You were signed in for twelve hours, the longest a sign-in lasts. Sign in again to go on.";
    default:
      return "Your session has ended. Sign in again to go on where you were.";
  }
}

interface Told {
  type?: unknown;
  title?: unknown;
  detail?: unknown;
  errors?: unknown;
}

/** Reads the problem out of an answer, whatever its body turns out to be. */
export async function readProblem(answer: Response): Promise<Problem> {
  let told: Told = {};
  try {
    told = ((await answer.json()) as Told | null) ?? {};
  } catch {
    // Not JSON: something on the way to the API answered.
  }
  const name = typeof told.type === "string" ? told.type.split("#problem-")[1] : undefined;
  const title = typeof told.title === "string" ? told.title : "Something went wrong";
  const detail =
    typeof told.detail === "string"
      ? told.detail
      : `Leasehold answered with status ${answer.status}. Try again in a moment.`;
  const fields = Array.isArray(told.errors) ? told.errors.filter(isFieldProblem) : [];
  return new Problem(name ?? "unknown", answer.status, title, detail, fields);
}

function isFieldProblem(value: unknown): value is FieldProblem {
  const candidate = value as Partial<FieldProblem> | null;
  return typeof candidate?.field === "string" && typeof candidate.detail === "string";
}

/** Anything that was thrown, as a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  console.error(thrown);
  return new Problem(
    "unknown",
    -1,
    "Something went wrong",
    "The console ran into an error of its own. Reload the page and try again.",
  );
}
