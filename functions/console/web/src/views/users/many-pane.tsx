import { useState } from "preact/hooks";
import { call } from "../../api/client";
import type { Member, Role } from "../../api/types";
import { useConsole } from "../../console-context";
import { Notice } from "../../parts/notice";
import { RoleChoice } from "../../parts/role-choice";
import { people } from "../../words/names";
import { manyWords, planMany, type ManyAction, type ManyKind } from "./many-rules";
import { ManyRunPane, PeopleList, type ListedPerson } from "./many-run";

interface ManyPaneProps {
  readonly kind: ManyKind;
  readonly members: readonly Member[];
  /** Called after each run that may have changed something. */
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

/** Does the same to many members: it says who is affected and who is not and why, and then what became of each. */
export function ManyPane({ kind, members, onChanged, onClose }: ManyPaneProps) {
  const { me, org, membership } = useConsole();
  const [role, setRole] = useState<Role>();
  const action: ManyAction = { kind, ...(role === undefined ? {} : { role }) };
  const { affected, skipped } = planMany(action, members, { id: me.id, membership });
  const words = manyWords(action, affected, membership.organization.name);
  const mustChoose = kind === "role" && role === undefined;
  return (
    <ManyRunPane
      title={words.title}
      items={affected}
      person={listed}
      button={words.button}
      danger={words.danger}
      disabled={mustChoose}
      done={words.done}
      change={(member, again) => changeOne(org, action, member, again)}
      onChanged={onChanged}
      onClose={onClose}
    >
      {kind === "role" && (
        <RoleChoice
          legend="New role"
          value={role}
          refusal={(r) =>
            r === "owner" && membership.role !== "owner" ? "only an Owner can make an Owner" : undefined
          }
          onChange={setRole}
        />
      )}
      {!mustChoose && (
        <>
          <Notice kind={words.danger ? "warning" : "info"}>
            {affected.length === 0 ? (
              "Nobody to change."
            ) : (
              <>
                This concerns {people(affected.length)}. {words.consequence}
              </>
            )}
          </Notice>
          <PeopleList label="Affected" people={affected.map(listed)} />
          <PeopleList
            label="Skipped"
            people={skipped.map(({ member, reason }) => ({ ...listed(member), remark: reason }))}
          />
        </>
      )}
    </ManyRunPane>
  );
}

function listed({ id, displayName, email, serviceAccount }: Member): ListedPerson {
  return {
    key: id,
    name: displayName,
    remark: serviceAccount ? "Service account" : displayName === email ? undefined : email,
  };
}

/** Does an action to one member. Another attempt uses the member's present version. */
async function changeOne(
  org: string,
  { kind, role }: ManyAction,
  member: Member,
  again: boolean,
): Promise<string | undefined> {
  const path = { org, user: member.id };
  switch (kind) {
    case "role": {
      const { version } = again ? await call("get", "/organizations/{org}/members/{user}", { path }) : member;
      if (role !== undefined)
        await call("put", "/organizations/{org}/members/{user}/role", { path, body: { role }, version });
      return undefined;
    }
    case "enable":
      await call("post", "/organizations/{org}/members/{user}/enable", { path });
      return undefined;
    case "disable":
      await call("post", "/organizations/{org}/members/{user}/disable", { path });
      return undefined;
    case "remove":
      await call("delete", "/organizations/{org}/members/{user}", { path });
      return undefined;
    case "resend": {
      const sent = await call("post", "/organizations/{org}/members/{user}/invitation", { path });
      return sent.warnings[0]?.detail;
    }
  }
}
