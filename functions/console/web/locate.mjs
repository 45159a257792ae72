// Prints where places in the console's built files come from: `node locate.mjs audit-BkT3xQ2a.js:2:417`. A report of an
// error in the console has such places. The source maps are those of the last build in this checkout.
import { existsSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import process from "node:process";
import { URL } from "node:url";

for (const place of process.argv.slice(2)) {
  const [, file, line, column] = /^([\w-]+\.js):(\d+):(\d+)$/.exec(place) ?? [];
  const map = new URL(`../source-maps/${file}.map`, import.meta.url);
  if (!file || !existsSync(map)) {
    process.stderr.write(`${place}: there is no source map; build the release that the report names\n`);
    process.exitCode = 1;
    continue;
  }
  const entry = new SourceMap(JSON.parse(readFileSync(map, "utf8"))).findEntry(Number(line) - 1, Number(column) - 1);
  const source = entry.originalSource?.replace(/^(?:\.\.\/)+/, "");
  process.stdout.write(
    `${place}: ${source ? `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}` : "unknown"}\n`,
  );
}
