import ts from "typescript";
import { expect, test, vi } from "vitest";
// The glossary is the one list of words; infra/verify/conventions reads it for everything else that people read.
import extending from "../../../../../docs/extending.md?raw";

vi.setConfig({ testTimeout: 60_000 }); // a busy machine parses slowly

const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.{test,gen}.*", "!../testing/*"], {
  query: "?raw",
  import: "default",
  eager: true,
});

interface Text {
  readonly at: string;
  readonly text: string;
}

interface ForbiddenWord {
  readonly pattern: RegExp;
  readonly instead: string;
}

/** Returns the words in the last columns of the glossary's tables. */
function forbiddenWords(): ForbiddenWord[] {
  const section = extending.split("\n## Glossary\n")[1] ?? "";
  return section.split("\n").flatMap((line) => {
    const cells = line
      .trim()
      .replace(/^\||\|$/g, "")
      .split(" | ");
    if (cells.length < 2) return [];
    const words = (cells.at(-1) ?? "").split(",").map((word) => word.trim());
    return words
      .filter((word) => word && !word.startsWith("not"))
      .map((word) => ({
        pattern: new RegExp(`(?:^|[^\\w-])${word.replace(/[^\w\s]/g, "\\$&")}(?:$|[^\\w-])`, "i"),
        instead: (cells[0] ?? "").trim(),
      }));
  });
}

/** The source files of the console that are part of the page. */
const files = Object.entries(sources).map(([name, text]) =>
  ts.createSourceFile(name.replace("../", "src/"), text, ts.ScriptTarget.Latest, true),
);

function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Calls `visit` for every node below a node, from the top. It does not go into a node for which `visit` returns true. */
function walk(node: ts.Node, visit: (node: ts.Node) => boolean): void {
  node.forEachChild((child) => {
    if (!visit(child)) walk(child, visit);
  });
}

/** Returns a template's text, with "…" for each of its values. */
function templateText(template: ts.TemplateExpression): string {
  return template.head.text + template.templateSpans.map((span) => `…${span.literal.text}`).join("");
}

const entities: Record<string, string> = { apos: "'", quot: '"', amp: "&", nbsp: "\u00a0", lt: "<", gt: ">" };

/** Returns the text that an element shows, with the text of the elements in it and "…" for each value. */
function elementText(node: ts.JsxElement | ts.JsxFragment): string {
  const parts = node.children.map((child) => {
    if (ts.isJsxText(child)) return child.text.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
    if (ts.isJsxElement(child) || ts.isJsxFragment(child)) return elementText(child);
    return ts.isJsxExpression(child) && child.expression && ts.isStringLiteral(child.expression)
      ? child.expression.text
      : "…";
  });
  return parts.join("").replace(/\s+/g, " ");
}

/** Returns the texts of a file that people can read: the text of elements, and strings with several words. */
function textsOf(file: ts.SourceFile): Text[] {
  const found: Text[] = [];
  const add = (node: ts.Node, text: string, min = 2) => {
    if (text.trim().split(/\s+/).length >= min) found.push({ at: placeOf(node), text: text.trim() });
  };
  walk(file, (node) => {
    if (ts.isImportDeclaration(node)) return true;
    if (ts.isJsxAttribute(node) && node.name.getText() === "class") return true;
    if (ts.isJsxElement(node) || ts.isJsxFragment(node)) add(node, elementText(node), 1);
    else if (ts.isStringLiteralLike(node)) add(node, node.text);
    else if (ts.isTemplateExpression(node)) add(node, templateText(node));
    return false;
  });
  return found;
}

test("no text of the console has a word that the glossary rules out", () => {
  const words = forbiddenWords();
  expect(words.length).toBeGreaterThan(20);
  const texts = files.flatMap(textsOf);
  expect(texts.length).toBeGreaterThan(500);
  const wrong = texts.flatMap(({ at, text }) =>
    words
      .filter(({ pattern }) => pattern.test(text))
      .map(({ pattern, instead }) => `${at} has "${pattern.exec(text)?.[0] ?? ""}" in "${text}"; write ${instead}`),
  );
  expect([...new Set(wrong)]).toEqual([]);
});

/** Returns why an expression makes a plural by itself, or undefined if it does not. */
function ownPlural(node: ts.Node): string | undefined {
  if (ts.isConditionalExpression(node) && ts.isBinaryExpression(node.condition)) {
    const equality = /^[!=]==$/.test(node.condition.operatorToken.getText());
    const compared =
      equality &&
      [node.condition.left, node.condition.right].some((side) => ts.isNumericLiteral(side) && side.text === "1");
    // Without an alternative, it is no choice between two numbers of a word.
    const other = node.whenFalse;
    if (ts.isStringLiteralLike(other) && other.text === "") return undefined;
    if (compared && [node.whenTrue, node.whenFalse].some(isText)) return "compares a number with 1 to choose a word";
  }
  if (ts.isTemplateExpression(node) && node.templateSpans.some((span) => /^e?s\b/.test(span.literal.text)))
    return "adds an s to a value";
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken && isText(node.right)) {
    return /^["'`]e?s\b/.test(node.right.getText()) ? "adds an s to a word" : undefined;
  }
  return undefined;
}

function isText(node: ts.Node): boolean {
  return (
    ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isJsxElement(node) || ts.isJsxFragment(node)
  );
}

test("only the helper for plurals chooses between singular and plural", () => {
  const wrong: string[] = [];
  for (const file of files) {
    walk(file, (node) => {
      const reason = ownPlural(node);
      if (reason) wrong.push(`${placeOf(node)} ${reason}: use plural or count of words/names.ts: ${node.getText()}`);
      return false;
    });
  }
  expect(wrong).toEqual([]);
});

test("the rules find what they look for", () => {
  const file = ts.createSourceFile(
    "x.tsx",
    'const a = n === 1 ? "token" : "tokens", b = `${word}s`, c = word + "s", d = <p>Ask <b>your</b> e-mail&apos;s owner</p>;',
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TSX,
  );
  const reasons: string[] = [];
  walk(file, (node) => {
    const reason = ownPlural(node);
    if (reason) reasons.push(reason);
    return false;
  });
  expect(reasons).toHaveLength(3);
  expect(textsOf(file)[0]?.text).toBe("Ask your e-mail's owner");
  expect(forbiddenWords().some(({ pattern }) => pattern.test("Ask your e-mail's owner"))).toBe(true);
});
