import { describe, expect, it } from "vitest";
import { csvHead, csvLine } from "./csv";

describe("a line of a CSV file", () => {
  it("quotes each cell and ends with CR and LF", () => {
    expect(csvLine(["Ada", "", "a,b", "one\ntwo", "7"])).toBe('"Ada","","a,b","one\ntwo","7"\r\n');
  });

  it("doubles the quotes in a cell", () => {
    expect(csvLine(['Ada "Ace" Lovelace', '"'])).toBe('"Ada ""Ace"" Lovelace",""""\r\n');
  });

  it.each([
    '=HYPERLINK("https://example.com")',
    "+1 555 0100",
    "-1+1",
    "@SUM(A1)",
    "\tcmd",
    "\rcmd",
    "\ncmd",
    " =1+1",
    "\u200b=1+1",
    "\u2068=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
  ])("has no cell that a spreadsheet runs as a formula: %j", (cell) => {
    expect(csvLine([cell])).toBe(`"'${cell.replaceAll('"', '""')}"\r\n`);
  });

  it.each(["a=b", "1-2", "ada@example.com", "O'Brien", "5 + 5", "Zoë"])(
    "leaves other cells as they are: %s",
    (cell) => {
      expect(csvLine([cell])).toBe(`"${cell}"\r\n`);
    },
  );
});

it("a CSV file begins with a byte order mark and the column names", () => {
  expect(csvHead(["Name", "Email"])).toBe('\ufeff"Name","Email"\r\n');
});
