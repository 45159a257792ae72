import { describe, expect, it } from "vitest";
import { readAddressees } from "./addresses";

const own = "grace@example.com";
const emails = (text: string) => readAddressees(text, own).map(({ email }) => email);

describe("the addresses in a text", () => {
  it.each([
    "a@x.org,b@x.org",
    "a@x.org; b@x.org",
    "a@x.org b@x.org",
    "a@x.org\nb@x.org\r\n",
    " a@x.org ,\n\t<b@x.org>; ",
    "mailto:a@x.org, b@x.org.",
    "a@x.org <b@x.org>",
  ])("are separated by commas, semicolons, spaces and lines: %j", (text) => {
    expect(emails(text)).toEqual(["a@x.org", "b@x.org"]);
  });

  it.each([
    ["Ada Lovelace <ada@x.org>", "Ada", "Lovelace"],
    ['"Ada Lovelace" <ada@x.org>', "Ada", "Lovelace"],
    ['"Lovelace, Ada" <ada@x.org>', "Ada", "Lovelace"],
    ["Lovelace, Ada <ada@x.org>", "Ada", "Lovelace"],
    ["Ada Augusta King <ada@x.org>", "Ada Augusta", "King"],
    ["Ada <ada@x.org>", "Ada", ""],
    ["<ada@x.org>", "", ""],
    ["עדה לאבלייס <ada@x.org>", "עדה", "לאבלייס"],
  ])("bring the names of an address book: %j", (text, firstName, lastName) => {
    expect(readAddressees(text, own)).toEqual([{ email: "ada@x.org", firstName, lastName, problem: undefined }]);
  });

  it("are told apart in a list with names", () => {
    const text = 'Ada Lovelace <ada@x.org>, bob@x.org Carl Gauss <carl@x.org>; "Roe; Jane" <jane@x.org>\ndora@x.org';
    expect(readAddressees(text, own).map(({ email, lastName }) => `${email} ${lastName}`)).toEqual([
      "ada@x.org Lovelace",
      "bob@x.org ",
      "carl@x.org Gauss",
      "jane@x.org Jane",
      "dora@x.org ",
    ]);
  });

  it.each([
    ["ada", "Not an email address"],
    ["ada@localhost", "Not an email address"],
    ["a@b@x.org", "Not an email address"],
    ["Ada <>", "Not an email address"],
    [`${"a".repeat(250)}@x.org`, "Too long for an email address"],
    ["GRACE@example.com", "This is you"],
  ])("say what is wrong with each: %j", (text, problem) => {
    expect(readAddressees(text, own).map((a) => a.problem)).toEqual([problem]);
  });

  it("are invited once each", () => {
    expect(readAddressees("a@x.org, A@X.org", own).map((a) => a.problem)).toEqual([undefined, "Listed twice"]);
  });

  it("are none in an empty text", () => {
    expect(emails(" ,;\n ")).toEqual([]);
  });
});
