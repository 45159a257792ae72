import { useAction } from "../api/action";
import { call } from "../api/client";
import { readMe } from "../api/me";
import type { Membership, Profile } from "../api/types";
import { Confirm } from "../parts/dialog";
import { showToast } from "../parts/toast";
import { checkUnsaved, navigate } from "../router/navigation";
import { signal, useSignal } from "../signal";
import { removalDay } from "../words/deletion";
import { date } from "../words/time";
import { sentence } from "../words/sentence";

const restoreTarget = signal<Membership | undefined>(undefined);

/** Opens the dialog that confirms restoring a deleted organization. */
export function offerRestore(membership: Membership): void {
  checkUnsaved(() => restoreTarget.set(membership));
}

/** The dialog that confirms and performs a restoration. */
export function RestoreDialog({ setMe }: { readonly setMe: (me: Profile) => void }) {
  const membership = useSignal(restoreTarget);
  return membership ? (
    <RestoreConfirmation key={membership.organization.id} membership={membership} setMe={setMe} />
  ) : null;
}

interface RestoreConfirmationProps {
  readonly membership: Membership;
  readonly setMe: (me: Profile) => void;
}

function RestoreConfirmation({ membership, setMe }: RestoreConfirmationProps) {
  const { id, name } = membership.organization;
  const restore = useAction(
    async () => {
      await call("post", "/organizations/{org}/restore", { path: { org: id } });
      showToast(sentence`${name} has been restored. Its members have access within 30 seconds.`);
      // The view of the organization depends on the permissions, which are back only in the new profile.
      return await readMe(new AbortController().signal);
    },
    (me) => {
      restoreTarget.set(undefined);
      setMe(me);
      navigate(`/${id}`);
    },
  );
  return (
    <Confirm
      title={sentence`Restore ${name}?`}
      action="Restore organization"
      busy={restore.busy}
      problem={restore.problem}
      onConfirm={restore.run}
      onCancel={() => restoreTarget.set(undefined)}
    >
      <p>
        <strong>{name}</strong> was deleted{membership.deletedAt !== undefined && ` on ${date(membership.deletedAt)}`}{" "}
        and will be removed on {removalDay(membership)}. If you restore it, its members get access again, with their
        roles and solutions. Tokens that have not expired work again.
      </p>
    </Confirm>
  );
}
