import { apiBase } from "../base";
import { networkProblem, readProblem, unreadableProblem, type Problem } from "./problem";
import { forgetRetryKey, retryKey } from "./retry-key";
import type { paths } from "./schema.gen";

// The wait for a response, in milliseconds. API Gateway answers within 29 s, so by then the response is lost. A dialog
// that is held until the response comes must not be held forever.
const TIMEOUT = 40_000;

type Method = "get" | "post" | "put" | "patch" | "delete";

type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = M extends keyof paths[P] ? paths[P][M] : never;

type PathOf<O> = O extends { parameters: { path: infer V } } ? { path: V } : { path?: never };
type QueryOf<O> = O extends { parameters: { query?: infer V } } ? { query?: V } : { query?: never };
type BodyOf<O> = O extends { requestBody: { content: { "application/json": infer V } } }
  ? { body: V }
  : { body?: never };
// An operation requires If-Match, accepts it, or doesn't take it.
type IfMatchOf<O> = O extends { parameters: { header: { "If-Match": string } } }
  ? { version: number }
  : O extends { parameters: { header?: { "If-Match"?: infer V } } }
    ? unknown extends V
      ? { version?: never }
      : { version?: number }
    : { version?: never };

type Input<O> = PathOf<O> & QueryOf<O> & BodyOf<O> & IfMatchOf<O> & { signal?: AbortSignal };

type Content<R> = R extends { content: { "application/json": infer V } } ? V : undefined;
type Output<O> = O extends { responses: infer R }
  ? R extends { 200: infer A }
    ? Content<A>
    : R extends { 201: infer A }
      ? Content<A>
      : undefined
  : never;

interface AnyInput {
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  body?: unknown;
  version?: number;
  signal?: AbortSignal;
}

/** Supplies the bearer token of requests, and learns when the API refuses it. */
export interface Credentials {
  /** Returns the bearer token to send, or undefined if nobody is signed in. */
  readonly token: () => string | undefined;
  /** Called when the API answers 401 to the token that is still the current one. */
  readonly onRefused: (problem: Problem) => void;
  /** Called when the API answers 403: the person may no longer have the role that the console shows. */
  readonly onForbidden: () => void;
}

let credentials: Credentials = { token: () => undefined, onRefused: () => undefined, onForbidden: () => undefined };

/** Sets where requests get their bearer token from. */
export function setCredentials(supplied: Credentials): void {
  credentials = supplied;
}

/**
 * Calls an operation of the API: `call("get", "/organizations/{org}", { path: { org } })`. Types come from the API
 * description. It throws a Problem if the API rejects the request or does not respond, and an AbortError if the signal
 * aborts.
 */
export async function call<M extends Method, P extends PathsWith<M>>(
  method: M,
  path: P,
  input: Input<Operation<P, M>>,
): Promise<Output<Operation<P, M>>> {
  const { signal, body, version, ...parameters } = input as AnyInput;
  const target = url(path, parameters);
  const headers: Record<string, string> = { Accept: "application/json, application/problem+json" };
  const token = credentials.token();
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  const text = body === undefined ? null : JSON.stringify(body);
  const request = `${target}\n${version ?? ""}\n${text ?? ""}`;
  if (method === "post" && token) headers["Idempotency-Key"] = retryKey(request);
  const response = await send(target, { method: method.toUpperCase(), headers, body: text, signal: signal ?? null });
  if (method === "post" && response.status < 500 && response.status !== 429) forgetRetryKey(request);
  return (await readResponse(response, token)) as Output<Operation<P, M>>;
}

async function send(target: string, request: RequestInit): Promise<Response> {
  const signals = [AbortSignal.timeout(TIMEOUT), ...(request.signal ? [request.signal] : [])];
  try {
    return await fetch(target, {
      ...request,
      signal: AbortSignal.any(signals),
      credentials: "omit",
      cache: "no-store",
    });
  } catch (thrown) {
    if (request.signal?.aborted) throw thrown;
    throw networkProblem();
  }
}

async function readResponse(response: Response, token: string | undefined): Promise<unknown> {
  if (response.ok) return response.status === 204 ? undefined : await readContent(response);
  const problem = await readProblem(response);
  // Another session may have begun since the request was sent; only the refused one has ended.
  if (response.status === 401 && token && token === credentials.token()) credentials.onRefused(problem);
  if (response.status === 403 && token === credentials.token()) credentials.onForbidden();
  throw problem;
}

async function readContent(response: Response): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw networkProblem();
  }
  try {
    return JSON.parse(text);
  } catch {
    throw unreadableProblem(response.status);
  }
}

function url(path: string, { path: values = {}, query = {} }: AnyInput): string {
  const filledPath = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  return `${apiBase}${filledPath}${search.size > 0 ? `?${search}` : ""}`;
}
