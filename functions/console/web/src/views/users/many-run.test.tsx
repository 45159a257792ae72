// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../../api/problem";
import { ConsoleContext, type ConsoleState } from "../../console-context";
import { settle } from "../../testing/settle";
import { ManyRunPane, outcomeWords } from "./many-run";

interface Request {
  readonly item: string;
  readonly again: boolean;
  readonly answer: (detail?: string) => void;
  readonly refuse: (problem: Problem) => void;
}

let requests: Request[] = [];
const onClose = vi.fn();
const onChanged = vi.fn();

beforeEach(() => {
  requests = [];
  vi.resetAllMocks();
});

afterEach(cleanup);

const names = ["Ada", "Bob", "Cleo", "Dan", "Eve", "Fay"];

function show(): void {
  render(
    <ConsoleContext.Provider value={{ org: "org_1", membership: {} } as ConsoleState}>
      <ManyRunPane
        title="Disable users"
        items={names}
        person={(name) => ({ key: name, name })}
        button="Disable 6 people"
        done="Disabled"
        change={(item, again) =>
          new Promise((resolve, reject) => {
            requests.push({ item, again, answer: resolve, refuse: reject });
          })
        }
        onChanged={onChanged}
        onClose={onClose}
      >
        They lose access.
      </ManyRunPane>
    </ConsoleContext.Provider>,
  );
}

const click = (name: string) => settle(() => fireEvent.click(screen.getByRole("button", { name })));
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const asked = () => requests.map(({ item }) => item);
const listed = (label: string) =>
  [...(screen.queryByRole("region", { name: label })?.querySelectorAll("li") ?? [])].map((li) => li.textContent);
const conflict = new Problem("conflict", 409, "Conflict", "Bob is disabled already.");

test("a run begins after the summary, and shows how far it is", async () => {
  show();
  expect(screen.getByText("They lose access.")).toBeTruthy();
  expect(requests).toHaveLength(0);
  await click("Disable 6 people");
  expect(asked()).toEqual(["Ada", "Bob", "Cleo", "Dan"]);
  expect(screen.getByText("0 of 6")).toBeTruthy();
  await settle(() => requests[0]?.answer());
  expect(screen.getByText("1 of 6")).toBeTruthy();
  expect(asked()).toHaveLength(5);
});

test("a run that is going on does not close, and stops between two", async () => {
  show();
  await click("Disable 6 people");
  fireEvent(screen.getByRole("dialog"), new Event("cancel"));
  fireEvent.mouseDown(screen.getByRole("dialog"));
  press("Close");
  expect(onClose).not.toHaveBeenCalled();
  expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
  await click("Stop");
  expect(onClose).not.toHaveBeenCalled();
  for (const request of requests) await settle(() => request.answer());
  expect(asked()).toEqual(["Ada", "Bob", "Cleo", "Dan"]);
  expect(screen.getByText("4 done, 2 not tried.")).toBeTruthy();
  expect(listed("Not tried")).toEqual(["Eve", "Fay"]);
  expect(onChanged).toHaveBeenCalledOnce();
});

test("each has a result, and only those that failed are tried again", async () => {
  show();
  await click("Disable 6 people");
  for (let i = 0; i < names.length; i += 1)
    await settle(() => (i === 1 ? requests[i]?.refuse(conflict) : requests[i]?.answer()));
  expect(screen.getByText("5 done, 1 failure.")).toBeTruthy();
  expect(listed("Failed")).toEqual(["BobBob is disabled already."]);
  expect(listed("Disabled")).toHaveLength(5);
  await click("Try the failed ones again");
  expect(requests.slice(6).map(({ item, again }) => [item, again])).toEqual([["Bob", true]]);
  await settle(() => requests[6]?.answer());
  expect(screen.getByText("6 done.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Try the failed ones again" })).toBeNull();
});

test("a run stops, and says why, if Leasehold does not answer", async () => {
  show();
  await click("Disable 6 people");
  const offline = new Problem("offline", 0, "No answer", "Leasehold did not answer.");
  await settle(() => requests[0]?.refuse(offline));
  for (const request of requests.slice(1)) await settle(() => request.answer());
  expect(asked()).toHaveLength(4);
  expect(screen.getByText(/^The rest was not tried/).textContent).toBe(
    "The rest was not tried. Leasehold did not answer.",
  );
  expect(listed("Not tried")).toEqual(["Eve", "Fay"]);
});

test("the words of a result count each kind", () => {
  expect(outcomeWords(1200, 0, 0)).toBe("1,200 done.");
  expect(outcomeWords(0, 2, 3)).toBe("0 done, 2 failures, 3 not tried.");
});
