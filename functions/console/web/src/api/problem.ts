import { reportError } from "./console-errors";
import type { OrganizationRef } from "./types";

/** The problem of one field, as a sentence. */
export interface FieldProblem {
  readonly field: string;
  readonly detail: string;
}

/** A problem returned by the API (RFC 9457), or the failure to reach the API. */
export class Problem extends Error {
  /** The last part of the problem's type, such as "version-mismatch", or "offline" if the API did not respond. */
  override readonly name: string;
  /** The HTTP status, or 0 if the API did not respond. */
  readonly status: number;
  readonly title: string;
  readonly fields: readonly FieldProblem[];
  /** The organizations that the problem concerns, if the API names any. */
  readonly organizations: readonly OrganizationRef[];

  constructor(
    name: string,
    status: number,
    title: string,
    detail: string,
    fields: readonly FieldProblem[] = [],
    organizations: readonly OrganizationRef[] = [],
  ) {
    super(detail);
    this.name = name;
    this.status = status;
    this.title = title;
    this.fields = fields;
    this.organizations = organizations;
  }

  /** Returns the problem of one field, if any. */
  field(name: string): string | undefined {
    return this.fields.find((f) => f.field === name)?.detail;
  }
}

/** Returns the problem of a request without a response. */
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

/** Returns the problem of a successful response that is not JSON, such as the page of a network that asks to sign in. */
export function unreadableProblem(status: number): Problem {
  return new Problem(
    "unreadable",
    status,
    "Unexpected answer",
    "The answer did not come from Leasehold. Check whether your network wants you to sign in, then try again.",
  );
}

interface ProblemBody {
  type?: unknown;
  title?: unknown;
  detail?: unknown;
  errors?: unknown;
  organizations?: unknown;
}

/** Returns the problem in a response. It accepts any body. */
export async function readProblem(response: Response): Promise<Problem> {
  let body: ProblemBody = {};
  try {
    body = ((await response.json()) as ProblemBody | null) ?? {};
  } catch {
    // Not JSON: the response came from a proxy or gateway.
  }
  const name = typeof body.type === "string" ? body.type.split("#problem-")[1] : undefined;
  const title = typeof body.title === "string" ? body.title : "Something went wrong";
  const detail =
    typeof body.detail === "string"
      ? body.detail
      : `Leasehold answered with status ${response.status}. Try again in a moment.`;
  const fields = Array.isArray(body.errors) ? body.errors.filter(isFieldProblem) : [];
  const organizations = Array.isArray(body.organizations) ? body.organizations.filter(isOrganization) : [];
  return new Problem(name ?? "unknown", response.status, title, detail, fields, organizations);
}

function isOrganization(value: unknown): value is OrganizationRef {
  const candidate = value as Partial<OrganizationRef> | null;
  return typeof candidate?.id === "string" && typeof candidate.name === "string";
}

function isFieldProblem(value: unknown): value is FieldProblem {
  const candidate = value as Partial<FieldProblem> | null;
  return typeof candidate?.field === "string" && typeof candidate.detail === "string";
}

/** Converts anything thrown to a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  console.error(thrown);
  reportError(thrown);
  return new Problem(
    "unknown",
    -1,
    "Something went wrong",
    "The console ran into an error. Reload the page and try again.",
  );
}
