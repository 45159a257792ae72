// Uses openapi-fetch with the types that openapi-typescript generates.
import createClient from "openapi-fetch";
import type { paths } from "./schema.gen.js";

const { LEASEHOLD_URL = "", LEASEHOLD_SESSION, LEASEHOLD_WRONG_SESSION, LEASEHOLD_ORGANIZATION = "" } = process.env;

const connect = (token?: string) =>
  createClient<paths>({ baseUrl: LEASEHOLD_URL, headers: { Authorization: `Bearer ${token ?? ""}` } });

const kind = (problem?: { type: string }) => problem?.type.split("#problem-")[1] ?? "";

const client = connect(LEASEHOLD_SESSION);

let members = 0;
let pages = 0;
let cursor: string | undefined;
do {
  const { data, error } = await client.GET("/organizations/{org}/members", {
    params: { path: { org: LEASEHOLD_ORGANIZATION }, query: { limit: 2, cursor } },
  });
  if (!data) throw new Error(error.detail);
  members += data.items.length;
  pages += 1;
  cursor = data.nextCursor;
} while (cursor);

const { data: token, error } = await client.POST("/me/tokens", { body: { organizationId: LEASEHOLD_ORGANIZATION } });
if (!token) throw new Error(error.detail);

const extension = await client.POST("/me/tokens/{token}/extend", {
  params: { path: { token: token.id } },
  body: { leaseExpiresAt: token.leaseExpiresAt },
});
if (!extension.data) throw new Error(extension.error.detail);

const rotation = await client.POST("/me/tokens/{token}/rotate", { params: { path: { token: token.id } }, body: {} });
if (!rotation.data) throw new Error(rotation.error.detail);
const next = rotation.data;

await client.DELETE("/me/tokens/{token}", { params: { path: { token: next.id } } });
const deleted = await client.GET("/me/tokens/{token}", { params: { path: { token: next.id } } });

const refusal = await client.POST("/me/tokens/{token}/extend", {
  params: { path: { token: next.id } },
  body: { leaseExpiresAt: next.leaseExpiresAt },
});
const unauthorized = await connect(LEASEHOLD_WRONG_SESSION).GET("/me");

const days = (Date.parse(extension.data.leaseExpiresAt) - Date.parse(token.leaseExpiresAt)) / 86_400_000;
const report = {
  members,
  pages,
  secret: token.secret.startsWith("lhp_"),
  extended: days > 13,
  rotated: next.id !== token.id && next.secret !== token.secret,
  deleted: deleted.data?.status === "deleted",
  refused: kind(refusal.error),
  unauthorized: kind(unauthorized.error),
};
console.log(JSON.stringify(report));
