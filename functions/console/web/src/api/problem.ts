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
}

/** The problem of a request that nobody answered. */
export function networkProblem(): Problem {
  return navigator.onLine
    ? new Problem("offline", 0, "No answer", "Leasehold did not answer. Try again in a moment.")
    : new Problem(
        "offline",
        0,
        "You are offline",
        "You are offline. Nothing has been changed; try again when you are back.",
      );
}

interface ProblemBody {
  type?: unknown;
  title?: unknown;
  detail?: unknown;
  errors?: unknown;
}

/** Reads the problem out of an answer, whatever its body turns out to be. */
export async function readProblem(response: Response): Promise<Problem> {
  let body: ProblemBody = {};
  try {
    body = ((await response.json()) as ProblemBody | null) ?? {};
  } catch {
    // Not JSON: something on the way to the API answered.
  }
  const name = typeof body.type === "string" ? body.type.split("#problem-")[1] : undefined;
  const title = typeof body.title === "string" ? body.title : "Something went wrong";
  const detail =
    typeof body.detail === "string"
      ? body.detail
      : `Leasehold answered with status ${response.status}. Try again in a moment.`;
  const fields = Array.isArray(body.errors) ? body.errors.filter(isFieldProblem) : [];
  return new Problem(name ?? "unknown", response.status, title, detail, fields);
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
