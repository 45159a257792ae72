// The authorizer that an engineer would write in Node.js with the AWS SDK: it checks a personal access token against the same
// table and with the same rules, and answers the same kinds of event. It records no use of a token, and it does not read the
// organization, which Leasehold's authorizer reads every 30 seconds.
//
// The loop at the end stands for Lambda's own runtime for Node.js, which does more.
import { createHash, timingSafeEqual } from "node:crypto";
import { Agent, request } from "node:http";
import { crc32 } from "./crc32.mjs";
import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";

const table = process.env.TABLE_NAME;
const client = new DynamoDBClient({ endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB });

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const letters = "0123456789abcdefghjkmnpqrstvwxyz";

/** parse returns the IDs in a personal access token, or undefined if it is malformed. */
function parse(text) {
  if (!/^lhp_[0-9A-Za-z]{88}$/.test(text)) {
    return undefined;
  }

  const raw = Buffer.alloc(64);
  for (let block = 0; block < 8; block++) {
    let number = 0n;
    for (const character of text.slice(4 + 11 * block, 15 + 11 * block)) {
      number = number * 62n + BigInt(digits.indexOf(character));
    }

    if (number >= 1n << 64n) {
      return undefined;
    }

    raw.writeBigUInt64BE(number, 8 * block);
  }

  if (crc32(Buffer.concat([Buffer.from("lhp_"), raw.subarray(0, 60)])) !== raw.readUInt32BE(60)) {
    return undefined;
  }

  return { token: "tok_" + text.slice(4, 15), user: "usr_" + ulid(raw.subarray(8, 24)), org: "org_" + ulid(raw.subarray(24, 40)) };
}

function ulid(bytes) {
  let number = BigInt("0x" + bytes.toString("hex"));
  let text = "";
  for (let i = 0; i < 26; i++) {
    text = letters[Number(number & 31n)] + text;
    number >>= 5n;
  }

  return text;
}

/** admit returns the context of an admitted caller, or undefined. */
async function admit(text) {
  const ids = parse(text);
  if (ids === undefined) {
    return undefined;
  }

  const keys = [
    { PK: { S: "USER#" + ids.user }, SK: { S: "TOKEN#" + ids.token } },
    { PK: { S: "USER#" + ids.user }, SK: { S: "ORG#" + ids.org } },
  ];
  const found = await client.send(
    new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
  );
  const items = found.Responses[table];
  const token = items.find((item) => item.item_type.S === "token");
  const membership = items.find((item) => item.item_type.S === "membership");
  const hash = createHash("sha256").update(text).digest();
  if (token === undefined || !timingSafeEqual(hash, token.secret_hash.B)) {
    return undefined;
  }

  const now = Date.now() / 1000;
  const isLive = token.ended_why === undefined && now < Number(token.lease_until.N) && now < Number(token.expires_at.N);
  const isMember =
    membership !== undefined &&
    membership.member_status.S === "active" &&
    membership.member_role.S !== "deny" &&
    membership.token_epoch.S === token.token_epoch.S;
  if (!isLive || !isMember) {
    return undefined;
  }

  return {
    userId: ids.user,
    orgId: ids.org,
    tokenId: ids.token,
    kind: "pat",
    role: membership.member_role.S,
    leaseExpiresAt: new Date(Number(token.lease_until.N) * 1000).toISOString(),
    expiresAt: new Date(Number(token.expires_at.N) * 1000).toISOString(),
  };
}

async function handler(event) {
  const header = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === "authorization")?.[1];
  const sent = event.authorizationToken ?? header ?? "";
  const context = sent.toLowerCase().startsWith("bearer ") ? await admit(sent.slice(7).trimStart()) : undefined;
  const [api, stage] = event.methodArn.split("/");
  const statement = {
    Action: "execute-api:Invoke",
    Effect: context === undefined ? "Deny" : "Allow",
    Resource: `${api}/${stage}/*`,
  };

  return {
    principalId: context?.userId ?? "nobody",
    policyDocument: { Version: "2012-10-17", Statement: [statement] },
    context: context ?? { problem: "invalid-token" },
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const invocations = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = request(invocations + path, { method, agent }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function run() {
  for (;;) {
    const invocation = await call("GET", "next");
    const answer = await handler(JSON.parse(invocation.text));
    await call("POST", invocation.headers["lambda-runtime-aws-request-id"] + "/response", JSON.stringify(answer));
  }
}

run().catch((error) => {
  console.error(error);
  process.exit(1);
});
