import { expect, it } from "vitest";
import type { PageQuery } from "../../api/all-pages";
import { queryKey } from "../../api/query-key";
import type { Member, Page } from "../../api/types";
import { memberFile, memberFileName } from "./member-file";

const ada: Member = {
  id: "usr_1",
  firstName: "Ada",
  lastName: "=1+1",
  displayName: 'Ada "Ace", Countess\nof Lovelace',
  email: "ada@example.com",
  phone: "+15550100",
  role: "creator",
  status: "active",
  solutionCount: 3,
  joinedAt: "2026-03-02T11:20:00Z",
  lastSeenOn: "2026-11-24",
  version: 1,
};

function pages(...all: readonly (readonly Member[])[]) {
  const asked: PageQuery[] = [];
  const load = (page: PageQuery): Promise<Page<Member>> => {
    asked.push(page);
    const n = Number(page.cursor ?? 0);
    return Promise.resolve({ items: all[n] ?? [], ...(n + 1 < all.length ? { nextCursor: String(n + 1) } : {}) });
  };
  return { asked, list: { key: queryKey("members", "org", {}), load } };
}

it("a file of members has all columns, and no cell that a spreadsheet runs or that breaks the line", async () => {
  const [head, row] = await memberFile(pages([ada]).list, new AbortController().signal, () => undefined);
  expect(head?.split(",")).toHaveLength(15);
  expect(row).toBe(
    `"Ada ""Ace"", Countess\nof Lovelace","Ada","'=1+1","ada@example.com","'+15550100","Creator","Active","","3",` +
      `"2026-03-02T11:20:00Z","2026-11-24","","","No","usr_1"\r\n`,
  );
});

it("a file of members holds every page, also after an empty one, and tells how far it is", async () => {
  const { list, asked } = pages([ada, ada], [], [ada]);
  const progress: number[] = [];
  const parts = await memberFile(list, new AbortController().signal, (n) => progress.push(n));
  expect(parts.join("").split("\r\n")).toHaveLength(1 + 3 + 1);
  expect(progress).toEqual([2, 2, 3]);
  expect(asked.map(({ limit, cursor }) => [limit, cursor])).toEqual([
    [100, undefined],
    [100, "1"],
    [100, "2"],
  ]);
});

it.each([
  ["Aurora Freight", "aurora-freight-users-2026-11-27.csv"],
  ["../Café & Söhne/", "cafe-sohne-users-2026-11-27.csv"],
  ["!!!", "organization-users-2026-11-27.csv"],
])("the name of a file of members of %s", (organization, name) => {
  expect(memberFileName(organization, new Date("2026-11-27T10:00:00Z"))).toBe(name);
});
