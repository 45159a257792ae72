// Publishes build/ to ../dist so that dist is complete at every moment: a Go build that runs at the same time embeds
// either the old page or the new one. Source maps go to ../source-maps, so that no binary contains them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const from = "build";
const to = "../dist";
const maps = "../source-maps";

mkdirSync(join(to, "assets"), { recursive: true });
const built = readdirSync(join(from, "assets"));
const assets = built.filter((name) => !name.endsWith(".map"));
for (const name of assets) {
  if (!existsSync(join(to, "assets", name))) copyAtomically(join(from, "assets", name), join(to, "assets", name));
}
if (
  !existsSync(join(to, "index.html")) ||
  !readFileSync(join(to, "index.html")).equals(readFileSync(join(from, "index.html")))
) {
  copyAtomically(join(from, "index.html"), join(to, "index.html"));
}
for (const name of readdirSync(join(to, "assets"))) {
  if (!assets.includes(name)) rmSync(join(to, "assets", name));
}
if (!existsSync(join(to, ".keep"))) writeFileSync(join(to, ".keep"), "");

rmSync(maps, { recursive: true, force: true });
for (const name of built) {
  if (name.endsWith(".map")) cpSync(join(from, "assets", name), join(maps, name));
}

/** Copies a file atomically. */
function copyAtomically(source, target) {
  const partial = `${source}.partial`;
  cpSync(source, partial);
  renameSync(partial, target);
}
