// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { readProblem } from "./problem";

const answer = (body: string, status = 400) =>
  new Response(body, { status, headers: { "Content-Type": "application/problem+json" } });

it("a problem has the API's detail, and the details by field", async () => {
  const problem = await readProblem(
    answer(
      JSON.stringify({
        type: "https://github.com/leasehold-dev/leasehold#problem-invalid-request",
        title: "The request is not valid",
        status: 400,
        detail: "phone: Give a phone number.",
        errors: [{ field: "phone", detail: "Give a phone number." }],
      }),
    ),
  );
  expect(problem).toMatchObject({ name: "invalid-request", status: 400, message: "phone: Give a phone number." });
  expect(problem.field("phone")).toBe("Give a phone number.");
  expect(problem.field("email")).toBeUndefined();
});

it("a problem names the organizations it concerns", async () => {
  const organizations = [{ id: "org_1", name: "Acme" }];
  const problem = await readProblem(
    answer(JSON.stringify({ organizations: [...organizations, { id: 7 }, null] }), 409),
  );
  expect(problem.organizations).toEqual(organizations);
});

it.each(["<html>Bad gateway</html>", "null", '{"type":7,"errors":[null,3]}', ""])(
  "a response that is not a problem still gives a sentence: %s",
  async (body) => {
    const problem = await readProblem(answer(body, 502));
    expect(problem.message).toBe("Leasehold answered with status 502. Try again in a moment.");
    expect(problem.fields).toEqual([]);
    expect(problem.organizations).toEqual([]);
  },
);
