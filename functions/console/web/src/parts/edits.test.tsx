// @vitest-environment happy-dom
import { act, cleanup, renderHook } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { navigate, unsavedPrompt } from "../router/navigation";
import { useEdits } from "./edits";

afterEach(cleanup);

const grace = { firstName: "Grace", phone: "" };

function form() {
  const hook = renderHook((stored: typeof grace) => useEdits("details", stored), { initialProps: grace });
  return { ...hook, edits: () => hook.result.current };
}

test("what was typed while a save ran stays, and the response shows elsewhere", () => {
  const { edits, rerender } = form();
  void act(() => edits().set({ phone: "+41 44 668 18 00" }));
  const sent = edits().values;
  void act(() => edits().set({ firstName: "Grace M." }));
  void act(() => edits().saved(sent));
  rerender({ firstName: "Grace", phone: "+41446681800" });
  expect(edits().values).toEqual({ firstName: "Grace M.", phone: "+41446681800" });
  expect(edits().changed).toEqual(["firstName"]);
  navigate("/org_1/settings");
  expect(unsavedPrompt.value, "leaving asks about what was typed").toBeDefined();
  unsavedPrompt.set(undefined);
});

test("a field that was typed in again while it was saved keeps the later text", () => {
  const { edits, rerender } = form();
  void act(() => edits().set({ phone: "+41" }));
  const sent = edits().values;
  void act(() => edits().set({ phone: "+41 44" }));
  void act(() => edits().saved(sent));
  rerender({ firstName: "Grace", phone: "+41" });
  expect(edits().values.phone).toBe("+41 44");
  expect(edits().changed).toEqual(["phone"]);
});

test("typed text survives a reload, and other fields follow it", () => {
  const { edits, rerender } = form();
  void act(() => edits().set({ firstName: "Amazing Grace" }));
  rerender({ firstName: "Grace B.", phone: "+44" });
  expect(edits().values).toEqual({ firstName: "Amazing Grace", phone: "+44" });
  void act(() => edits().undo());
  expect(edits().values).toEqual({ firstName: "Grace B.", phone: "+44" });
  expect(edits().changed).toEqual([]);
});

test("spaces around a text are no change", () => {
  const { edits } = form();
  void act(() => edits().set({ firstName: " Grace " }));
  expect(edits().changed).toEqual([]);
});
