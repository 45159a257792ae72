// A server that people run instead: better-auth with its API key plugin, which verifies a key in its own SQLite database. It listens
// on a free port, prints its address and a key, and answers GET / with 200 if the key in the header X-Api-Key is valid, and with
// 401 if not. It runs without the limits and counters of use that keys can have.
import { createServer } from "node:http";
import { apiKey } from "@better-auth/api-key";
import { LibsqlDialect } from "@libsql/kysely-libsql";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";

const options = {
  baseURL: "http://127.0.0.1",
  secret: "0123456789abcdef0123456789abcdef",
  database: { dialect: new LibsqlDialect({ url: "file:" + process.argv[2] }), type: "sqlite" },
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  logger: { disabled: true }, // it logs every key that it rejects
  plugins: [apiKey({ rateLimit: { enabled: false } })],
};

await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
const person = { name: "Ada", email: "ada@example.com", password: "a-long-password" };
const { user } = await auth.api.signUpEmail({ body: person });
const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: "bench" } });

const server = createServer(async (request, response) => {
  const { valid } = await auth.api.verifyApiKey({ body: { key: String(request.headers["x-api-key"]) } });
  response.writeHead(valid ? 200 : 401, { "Content-Length": 0 }).end();
});

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ address: `127.0.0.1:${server.address().port}`, key })));
