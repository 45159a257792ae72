// Runs a Node.js handler: polls the Lambda Runtime API and serves one invocation at a time, as Lambda does.
//
// An error of the handler is reported as Lambda's errorType and errorMessage, and printed to standard error. Only the report
// of an error that ends the process has a stackTrace, because package lambda takes no more answers of such a process.
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [address, ...prefix] = process.env.AWS_LAMBDA_RUNTIME_API.split("/");
const api = `http://${address}/${prefix.join("/")}/2018-06-01/runtime/`;
const require = createRequire(import.meta.url);

/** An error with one of Lambda's own types. */
class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

/** Sends a request to the Runtime API and returns the headers and the text of its response. */
function send(method, resource, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(api + resource, { method, agent: false }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Prints an error and returns its report. */
function report(error, ending) {
  console.error(error);
  const isError = error instanceof Error || (error && error.name && error.message);
  const result = {
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
  };
  return JSON.stringify(ending ? { ...result, stackTrace: String(error?.stack ?? "").split("\n") } : result);
}

/** Reports whether the package.json of a directory says that its .js files are ES modules. */
function holdsModules(dir) {
  try {
    return JSON.parse(fs.readFileSync(path.join(dir, "package.json"), "utf8")).type === "module";
  } catch {
    return false;
  }
}

/** Loads the file of a handler as Lambda does: .js as its directory says, then .mjs, then .cjs. */
async function load(base) {
  const exists = (file) => fs.existsSync(file) && fs.statSync(file).isFile();
  const imported = (file) => import(pathToFileURL(file).href);
  try {
    if (exists(base + ".js")) {
      return await (holdsModules(path.dirname(base)) ? imported(base + ".js") : require(base + ".js"));
    }
    if (exists(base + ".mjs")) {
      return await imported(base + ".mjs");
    }
    if (exists(base + ".cjs")) {
      return require(base + ".cjs");
    }
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeError("Runtime.UserCodeSyntaxError", `SyntaxError: ${error.message}`);
    }
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
      throw new RuntimeError("Runtime.ImportModuleError", `Error: ${error.message}`);
    }
    throw error;
  }
  throw new RuntimeError("Runtime.ImportModuleError", `Error: Cannot find module '${path.basename(base)}'`);
}

/** Returns the function that _HANDLER names, such as app.handler or src/app.orders.handler. */
async function findHandler() {
  const written = process.env._HANDLER;
  const [, module, name] = /^([^.]*)\.(.*)$/.exec(path.basename(written)) ?? [];
  if (!module || written.includes("..")) {
    throw new RuntimeError("Runtime.MalformedHandlerName", "Bad handler");
  }
  let found = await load(path.join(process.env.LAMBDA_TASK_ROOT, path.dirname(written), module));
  for (const part of name.split(".")) {
    found = found?.[part];
  }
  if (typeof found !== "function") {
    throw new RuntimeError("Runtime.HandlerNotFound", `${written} is undefined or not exported`);
  }
  return found;
}

/** Returns the context object of an invocation. */
function contextOf(headers, settle) {
  const env = process.env;
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Number(headers["lambda-runtime-deadline-ms"]) - Date.now()),
    succeed: (answer) => settle(null, answer),
    fail: (error) => settle(error),
    done: settle,
  };
}

let current = "";

/** Calls the handler and returns its answer: what it returns, what its promise resolves to, or what its callback gets. */
function call(handler, event, headers) {
  return new Promise((resolve, reject) => {
    const nothingLeft = () => resolve(undefined);
    const settle = (error, answer) => (error ? reject(error) : resolve(answer));
    process.once("beforeExit", nothingLeft); // Lambda's answer is null when a callback is never called
    try {
      const returned = handler(event, contextOf(headers, settle), settle);
      if (typeof returned?.then === "function") {
        returned.then(resolve, reject);
      }
    } catch (error) {
      reject(error);
    }
  }).finally(() => process.removeAllListeners("beforeExit"));
}

async function serve(handler) {
  const { headers, text } = await send("GET", "invocation/next");
  current = "invocation/" + headers["lambda-runtime-aws-request-id"];
  let answer;
  try {
    answer = JSON.stringify(await call(handler, JSON.parse(text), headers)) ?? "null";
  } catch (error) {
    await send("POST", current + "/error", report(error, false));
    return;
  }
  await send("POST", current + "/response", answer);
}

/** Reports an error that no handler caught and ends the process, as Lambda's runtime does. */
async function end(type, error) {
  const message = error instanceof Error ? error.message : String(error);
  const wrapped = type ? new RuntimeError(type, message) : error;
  await send("POST", current ? current + "/error" : "init/error", report(wrapped, true)).catch(() => {});
  process.exit(128);
}

process.on("uncaughtException", (error) => end("", error));
process.on("unhandledRejection", (error) => end("Runtime.UnhandledPromiseRejection", error));

let handler;
try {
  handler = await findHandler();
} catch (error) {
  await send("POST", "init/error", report(error, false));
  process.exit(1);
}
for (;;) {
  await serve(handler);
}
