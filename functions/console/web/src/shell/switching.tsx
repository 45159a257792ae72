import { useAction } from "../api/action";
import { call } from "../api/client";
import type { Membership, Profile } from "../api/types";
import { Confirm } from "../parts/dialog";
import { say } from "../parts/toast";
import { inOrganization, parseRoute } from "../router/route";
import { navigate, place, whenSaved } from "../router/navigation";
import { signal, useSignal } from "../signal";
import { article, title } from "../words/names";

const target = signal<Membership | undefined>(undefined);

/** Asks whether to switch to an organization. */
export function offerSwitch(membership: Membership): void {
  whenSaved(() => target.set(membership));
}

/** The question, and the switch itself. */
export function SwitchDialog({ setMe }: { readonly setMe: (me: Profile) => void }) {
  const membership = useSignal(target);
  return membership ? <Question key={membership.organization.id} membership={membership} setMe={setMe} /> : null;
}

function Question({ membership, setMe }: { readonly membership: Membership; readonly setMe: (me: Profile) => void }) {
  const { id, name } = membership.organization;
  const invited = membership.status === "invited";
  const change = useAction(async () => {
    const me = await call("put", "/me/current-organization", { body: { organizationId: id } });
    target.set(undefined);
    setMe(me);
    say(`You are now in ${name}.`);
    navigate(inOrganization(parseRoute(place.value.path), id));
  });
  return (
    <Confirm
      title={invited ? `Join ${name}?` : `Switch to ${name}?`}
      action={invited ? "Accept and switch" : "Switch"}
      busy={change.busy}
      problem={change.problem}
      onConfirm={change.run}
      onCancel={() => target.set(undefined)}
    >
      <p>
        {invited ? "You are invited as" : "There you are"} {article(membership.role)}{" "}
        <strong>{title(membership.role)}</strong>. This tab will show {name}; other tabs stay where they are.
      </p>
    </Confirm>
  );
}
