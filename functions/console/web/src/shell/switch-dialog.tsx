import { useAction } from "../api/action";
import { call } from "../api/client";
import type { Membership, Profile } from "../api/types";
import { Confirm } from "../parts/dialog";
import { showToast } from "../parts/toast";
import { pathInOrganization, parseRoute } from "../router/route";
import { navigate, currentLocation, checkUnsaved } from "../router/navigation";
import { signal, useSignal } from "../signal";
import { article, capitalize } from "../words/names";
import { sentence } from "../words/sentence";

const switchTarget = signal<Membership | undefined>(undefined);

/** Opens the dialog that confirms switching to an organization, or the page that answers the invitation to it. */
export function offerSwitch(membership: Membership): void {
  if (membership.status === "invited") navigate(`/${membership.organization.id}`);
  else checkUnsaved(() => switchTarget.set(membership));
}

/** The dialog that confirms and performs a switch. */
export function SwitchDialog({ setMe }: { readonly setMe: (me: Profile) => void }) {
  const membership = useSignal(switchTarget);
  return membership ? (
    <SwitchConfirmation key={membership.organization.id} membership={membership} setMe={setMe} />
  ) : null;
}

function SwitchConfirmation({
  membership,
  setMe,
}: {
  readonly membership: Membership;
  readonly setMe: (me: Profile) => void;
}) {
  const { id, name } = membership.organization;
  const switchOrganization = useAction(
    () => call("put", "/me/current-organization", { body: { organizationId: id } }),
    (me) => {
      switchTarget.set(undefined);
      setMe(me);
      showToast(sentence`You are now in ${name}.`);
      navigate(pathInOrganization(parseRoute(currentLocation.value.path), id));
    },
  );
  return (
    <Confirm
      title={sentence`Switch to ${name}?`}
      action="Switch"
      busy={switchOrganization.busy}
      problem={switchOrganization.problem}
      onConfirm={switchOrganization.run}
      onCancel={() => switchTarget.set(undefined)}
    >
      <p>
        You&apos;re {article(membership.role)} <strong>{capitalize(membership.role)}</strong> there. Only this tab
        switches.
      </p>
    </Confirm>
  );
}
