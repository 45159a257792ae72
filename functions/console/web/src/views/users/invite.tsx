import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { asProblem } from "../../api/problem";
import { useAllSolutions } from "../../api/queries";
import type { Role } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { useTyped } from "../../parts/drafts";
import { Field, LinesField, Select } from "../../parts/field";
import { ProblemNotice } from "../../parts/notice";
import { RoleChoice } from "../../parts/role-choice";
import { showToast } from "../../parts/toast";
import { useUnsaved } from "../../router/navigation";
import { count, roles } from "../../words/names";
import { sentence } from "../../words/sentence";
import { MAX_ADDRESSEES, readAddressees, type Addressee } from "./addresses";
import { canAssign } from "./assignment-rules";
import { Progress, Results, RunButtons, useManyRun, type ListedPerson } from "./many-run";

interface InviteProps {
  readonly onInvited: () => void;
  readonly onClose: () => void;
}

/** Invites one person, or several with one role. */
export function Invite({ onInvited, onClose }: InviteProps) {
  const { me, org, membership } = useConsole();
  const [typed, setTyped] = useTyped(`invitation to ${org}`, { email: "", firstName: "", lastName: "" });
  const [offer, setOffer] = useState<Offer>({ role: "user", solution: "" });
  const [problem, setProblem] = useState<string>();
  const addressees = readAddressees(typed.email, me.email);
  const valid = addressees.filter((a) => a.problem === undefined);
  const run = useManyRun((addressee: Addressee) => inviteOne(org, addressee, offer), keyOf, onInvited);
  const isDirty = typed.email !== "" || typed.firstName !== "" || typed.lastName !== "";
  const saved = useUnsaved(isDirty && run.results.length === 0);
  const invite = useAction(
    async (addressee: Addressee) => {
      const detail = await inviteOne(org, addressee, offer);
      showToast(detail ?? sentence`Invited ${addressee.email.toLowerCase()}.`);
      onInvited();
    },
    () => {
      saved();
      onClose();
    },
  );
  const send = () => {
    const wrong = problemOf(addressees, valid);
    setProblem(wrong);
    const [first] = valid;
    if (wrong !== undefined || !first) return;
    if (addressees.length > 1) run.start(valid, false);
    else
      invite.run({
        ...first,
        firstName: typed.firstName || first.firstName,
        lastName: typed.lastName || first.lastName,
      });
  };
  const isForm = !run.busy && run.results.length === 0;
  const shownAtField = ["email", "firstName", "lastName"].some((f) => invite.problem?.field(f));
  return (
    <FormPane
      title="Invite user"
      busy={invite.busy || run.busy}
      cancelLabel={run.results.length > 0 ? "Close" : "Cancel"}
      onClose={onClose}
      submit={
        isForm ? (
          <Button kind="primary" type="submit" form="invite" busy={invite.busy}>
            {addressees.length > 1 ? `Send ${count(valid.length, "invitation")}` : "Send invitation"}
          </Button>
        ) : (
          <RunButtons run={run} />
        )
      }
    >
      {run.busy && <Progress {...run.progress} />}
      {!run.busy && run.results.length > 0 && <Results {...run} person={listed} done="Invited" />}
      {isForm && (
        <form
          id="invite"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <LinesField
            label="Email addresses"
            value={typed.email}
            onInput={(email) => {
              setTyped({ email });
              setProblem(undefined);
            }}
            autofocus
            inputMode="email"
            placeholder="name@example.com"
            hint="Separate several addresses with commas, spaces or new lines. “Ada Lovelace <ada@example.com>” works, too."
            problem={problem ?? invite.problem?.field("email")}
          />
          {addressees.length > 1 ? (
            <AddresseeList addressees={addressees} />
          ) : (
            <div class="form-grid">
              <Field
                label="First name (optional)"
                value={typed.firstName}
                onInput={(firstName) => setTyped({ firstName })}
                problem={invite.problem?.field("firstName")}
              />
              <Field
                label="Last name (optional)"
                value={typed.lastName}
                onInput={(lastName) => setTyped({ lastName })}
                problem={invite.problem?.field("lastName")}
              />
            </div>
          )}
          <p class="label">Role</p>
          <RoleChoice
            legend="Role"
            value={offer.role}
            offered={roles.filter((r) => r !== "deny")}
            refusal={(r) =>
              r === "owner" && membership.role !== "owner" ? "only an Owner can invite an Owner" : undefined
            }
            onChange={(role) => setOffer({ ...offer, role })}
          />
          <SolutionChoice value={offer.solution} onChange={(solution) => setOffer({ ...offer, solution })} />
          <p class="hint">We&apos;ll email an invitation that&apos;s valid for 7 days.</p>
          {!shownAtField && <ProblemNotice problem={invite.problem} />}
        </form>
      )}
    </FormPane>
  );
}

/** What is offered to everyone who is invited. */
interface Offer {
  readonly role: Role;
  /** The ID of the solution to assign them to, or "". */
  readonly solution: string;
}

/** Invites one person. It returns what else the inviter should know, such as that the email could not be sent. */
async function inviteOne(
  org: string,
  { email, firstName, lastName }: Addressee,
  { role, solution }: Offer,
): Promise<string | undefined> {
  const invited = await call("post", "/organizations/{org}/members", {
    path: { org },
    body: { email, role, firstName, lastName },
  });
  const warning = invited.warnings[0]?.detail;
  if (solution === "") return warning;
  try {
    await call("put", "/organizations/{org}/solutions/{solution}/members/{user}", {
      path: { org, solution, user: invited.id },
      body: { role: "user" },
    });
  } catch (thrown) {
    return `Invited, but not assigned to the solution. ${asProblem(thrown).message}`;
  }
  return warning;
}

/** Returns why the addresses can't be invited, or undefined if they can. */
function problemOf(addressees: readonly Addressee[], valid: readonly Addressee[]): string | undefined {
  if (addressees.length === 0) return "Enter an email address.";
  if (addressees.length > MAX_ADDRESSEES) return `Enter at most ${MAX_ADDRESSEES} addresses at once.`;
  if (valid.length > 0) return undefined;
  return addressees.length === 1 ? `${addressees[0]?.problem}.` : "None of these can be invited.";
}

function keyOf({ email }: Addressee): string {
  return email.toLowerCase();
}

function listed({ email, firstName, lastName }: Addressee): ListedPerson {
  return { key: email.toLowerCase(), name: [`${firstName} ${lastName}`.trim(), email].filter(Boolean).join(" · ") };
}

/** The addresses that were typed, each with what is wrong with it. */
function AddresseeList({ addressees }: { readonly addressees: readonly Addressee[] }) {
  return (
    <section class="people-list" aria-label="Recognized addresses">
      <h3>
        Recognized <span class="faint">{addressees.length}</span>
      </h3>
      <ul>
        {addressees.slice(0, MAX_ADDRESSEES).map((addressee, i) => (
          <li key={i}>
            <bdi>{listed(addressee).name}</bdi>
            <small class={addressee.problem ? "field-problem" : ""}>{addressee.problem ?? "OK"}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface SolutionChoiceProps {
  readonly value: string;
  readonly onChange: (solution: string) => void;
}

/** The choice of a solution to assign the invited to, if there is any. */
function SolutionChoice({ value, onChange }: SolutionChoiceProps) {
  const { org, membership } = useConsole();
  const solutions = useAllSolutions(org).data?.filter((s) => canAssign(membership, s)) ?? [];
  if (solutions.length === 0) return null;
  return (
    <Select
      label="Assign to a solution as User (optional)"
      value={value}
      options={[["", "None"], ...solutions.map((s) => [s.id, s.name] as const)]}
      onChange={onChange}
    />
  );
}
