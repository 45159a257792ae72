import { apiBase } from "../base";
import { bearer, endSession } from "../session/session";
import { endOfSession, readProblem, unreachable } from "./problem";
import { retryKey, settle } from "./retry-key";
import type { paths } from "./schema.gen";

type Method = "get" | "post" | "put" | "patch" | "delete";

type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: { responses: unknown } } ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = M extends keyof paths[P] ? paths[P][M] : never;

type PathOf<O> = O extends { parameters: { path: infer V } } ? { path: V } : { path?: never };
type QueryOf<O> = O extends { parameters: { query?: infer V } } ? { query?: V } : { query?: never };
type BodyOf<O> = O extends { requestBody: { content: { "application/json": infer V } } }
  ? { body: V }
  : { body?: never };
type IfMatchOf<O> = O extends { parameters: { header: { "If-Match": string } } }
  ? { version: number }
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

interface Loose {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  version?: number;
  signal?: AbortSignal;
}

/**
 * Calls an operation of the API: `call("get", "/organizations/{org}", { path: { org } })`. Types come from the API
 * description. Throws a Problem when the API refuses or does not answer, and an AbortError when the signal says so.
 */
export async function call<M extends Method, P extends PathsWith<M>>(
  method: M,
  path: P,
  input: Input<Operation<P, M>>,
): Promise<Output<Operation<P, M>>> {
  const { signal, body, version, ...place } = input as Loose;
  const target = address(path, place);
  const headers: Record<string, string> = { Accept: "application/json, application/problem+json" };
  const token = bearer();
  if (token) headers["Authorization"] = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  const text = body === undefined ? null : JSON.stringify(body);
  const request = `${target}\n${text ?? ""}`;
  if (method === "post" && token) headers["Idempotency-Key"] = retryKey(request);
  const answer = await send(target, { method: method.toUpperCase(), headers, body: text, signal: signal ?? null });
  if (method === "post" && answer.status < 500 && answer.status !== 429) settle(request);
  return (await read(answer, token)) as Output<Operation<P, M>>;
}

async function send(target: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(target, { ...request, credentials: "omit", cache: "no-store" });
  } catch (thrown) {
    if (request.signal?.aborted) throw thrown;
    throw unreachable();
  }
}

async function read(answer: Response, token: string | undefined): Promise<unknown> {
  if (answer.ok) return answer.status === 204 ? undefined : await answer.json();
  const problem = await readProblem(answer);
  // Only the session that was refused has ended: by now another one may have begun.
  if (answer.status === 401 && token && token === bearer()) endSession(endOfSession(problem));
  throw problem;
}

function address(path: string, { path: values = {}, query = {} }: Loose): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  return `${apiBase}${filled}${search.size > 0 ? `?${search}` : ""}`;
}
