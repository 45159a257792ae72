import { anotherBrowser, expect, signIn, test } from "./fixtures";
import { inspect } from "./inspect";
import { api, found, join } from "./own-tokens";

test("a solution's Editor who is a User sees its description and changes it", async ({ visitor }) => {
  const { page } = visitor;
  const org = await found(visitor, "redaktorin@example.com", "Redaktorin Rails");
  const { id } = await api<{ id: string }>(page, "POST", `/organizations/${org}/solutions`, {
    name: "Track log",
    description: "Checks of the tracks",
  });
  const editor = `track.${org.slice(-8)}@example.com`;
  const people = `/organizations/${org}/solutions/${id}/members`;
  await api(page, "PUT", `${people}/${(await join(page, org, editor, "user")).id}`, { role: "editor" });

  const context = await anotherBrowser(page);
  const theirs = await context.newPage();
  await signIn(theirs, editor);
  await theirs.goto(`${org}/profile/solutions`);
  await theirs.getByRole("link", { name: "Track log" }).click();
  await expect(theirs.getByText("Checks of the tracks")).toBeVisible();
  await expect(theirs.getByText("Only the Owners and Admins of a solution see its people.")).toBeVisible();
  await inspect(theirs, "editable-solution");

  await theirs.getByRole("button", { name: "Edit" }).click();
  const pane = theirs.getByRole("dialog", { name: "Edit solution" });
  await expect(pane.getByRole("textbox", { name: "Name" })).toHaveValue("Track log");
  const description = pane.getByRole("textbox", { name: "Description" });
  await expect(description).toHaveValue("Checks of the tracks");
  await description.fill("Checks of the tracks and signals");
  const sent = theirs.waitForRequest((request) => request.method() === "PATCH");
  await pane.getByRole("button", { name: "Save" }).click();
  expect(await (await sent).headerValue("If-Match")).toBe('"1"');
  await expect(pane).toHaveCount(0);
  await expect(theirs.getByText("Checks of the tracks and signals")).toBeVisible();

  await theirs.reload();
  await expect(theirs.getByText("Checks of the tracks and signals")).toBeVisible();
  await context.close();
});
