import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { allPages } from "../../api/all-pages";
import { call } from "../../api/client";
import { Problem } from "../../api/problem";
import { assignmentList } from "../../api/queries";
import type { MemberSolution, SolutionRole } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { Field, Select } from "../../parts/field";
import { ProblemNotice } from "../../parts/notice";
import { showToast } from "../../parts/toast";
import { checkUnsaved, useUnsaved } from "../../router/navigation";
import { article, capitalize, solutionRoles } from "../../words/names";
import { sentence } from "../../words/sentence";

const MAX_ASSIGNED = 10_000;
const FIELD = "assignByEmail.0.email";

interface AddByEmailProps {
  readonly own: MemberSolution;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Assigns a member to a solution by email address, for people who can't list the members of the organization. */
export function AddByEmail({ own, onDone, onClose }: AddByEmailProps) {
  const { org } = useConsole();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<SolutionRole>("user");
  const saved = useUnsaved(email.trim() !== "");
  const assign = useAction(
    async () => {
      await refuseAssigned(org, own, email);
      const { assigned } = await call("post", "/organizations/{org}/solutions/{solution}/members", {
        path: { org, solution: own.id },
        body: { assignByEmail: [{ email: email.trim(), role }] },
      });
      const name = assigned[0]?.user.displayName ?? email;
      showToast(sentence`${name} is now ${article(role)} ${capitalize(role)} of ${own.name}.`);
      onDone();
    },
    () => {
      saved();
      onClose();
    },
  );
  const atField = assign.problem?.field(FIELD);
  return (
    <FormPane
      title={sentence`Assign someone to ${own.name}`}
      busy={assign.busy}
      onClose={() => checkUnsaved(onClose)}
      submit={
        <Button kind="primary" type="submit" form="add-by-email" busy={assign.busy}>
          Assign
        </Button>
      }
    >
      <form
        id="add-by-email"
        onSubmit={(event) => {
          event.preventDefault();
          assign.run();
        }}
      >
        <Field
          label="Email"
          type="email"
          value={email}
          onInput={setEmail}
          required
          autofocus
          maxLength={254}
          placeholder="name@example.com"
          hint="The address of a member of the organization."
          problem={atField}
        />
        <Select
          label="Solution role"
          value={role}
          options={solutionRoles
            .filter((r) => r !== "owner" || own.role === "owner")
            .map((r) => [r, capitalize(r)] as const)}
          onChange={(r) => setRole(r as SolutionRole)}
        />
        {atField === undefined && <ProblemNotice problem={assign.problem} />}
      </form>
    </FormPane>
  );
}

/** Throws if the person is assigned already, because assigning them anew could lower their role unnoticed. */
async function refuseAssigned(org: string, own: MemberSolution, email: string): Promise<void> {
  const { signal } = new AbortController();
  const assignments = await allPages((page) => assignmentList(org, own.id).load(page, signal), MAX_ASSIGNED);
  const present = assignments.find(({ user }) => user.email.toLowerCase() === email.trim().toLowerCase());
  if (!present) return;
  const { displayName } = present.user;
  throw new Problem(
    "conflict",
    409,
    "Already assigned",
    sentence`${displayName} is already ${article(present.role)} ${capitalize(present.role)} of ${own.name}. Change the role in the list.`,
  );
}
