import { useAction } from "../api/action";
import { apiBase } from "../base";
import { Avatar } from "../parts/badge";
import { Confirm } from "../parts/dialog";
import { Icon } from "../parts/icon";
import { Menu } from "../parts/menu";
import { Link } from "../router/link";
import { checkUnsaved, openOverlay } from "../router/navigation";
import { signOut, signOutEverywhere } from "../session/sign-out";
import { useSignal } from "../signal";
import { isDeleted, removalDay } from "../words/deletion";
import { hasAccess } from "../words/names";
import { profilePath } from "./landing";
import { usePerson } from "../console-context";
import { offerRestore } from "./restore-dialog";
import { offerSwitch } from "./switch-dialog";
import { setTheme, theme, type Theme } from "./theme";

const MAX_SHOWN = 5;
const themes: readonly Theme[] = ["system", "light", "dark"];

/** A menu with the person's profile, organizations, theme and sign-out. */
export function AccountMenu() {
  const { me, membership } = usePerson();
  const everywhere = useAction(signOutEverywhere);
  return (
    <>
      <Menu
        label="Account menu"
        class="account"
        button={
          <>
            <Avatar name={me.displayName} id={me.id} />
            <span class="account-text">
              <strong>{me.displayName}</strong>
              <small>{membership?.organization.name ?? me.email}</small>
            </span>
            <Icon name="updown" />
          </>
        }
      >
        {(close) => (
          <AccountItems
            close={close}
            signingOut={everywhere.busy}
            onSignOutEverywhere={() => checkUnsaved(everywhere.run)}
          />
        )}
      </Menu>
      {everywhere.problem && (
        <Confirm
          title="You are still signed in"
          action="Try again"
          busy={everywhere.busy}
          problem={everywhere.problem}
          onConfirm={everywhere.run}
          onCancel={everywhere.clearProblem}
        >
          <p>Your other sessions could not be ended, so this one has not ended either.</p>
        </Confirm>
      )}
    </>
  );
}

interface AccountItemsProps {
  readonly close: () => void;
  /** Whether the other sessions are being ended. */
  readonly signingOut: boolean;
  readonly onSignOutEverywhere: () => void;
}

function AccountItems({ close, signingOut, onSignOutEverywhere }: AccountItemsProps) {
  const { me, org, membership } = usePerson();
  const profile = profilePath(membership);
  const others = me.memberships.filter(
    (m) => m.organization.id !== org && (hasAccess(m) || m.status === "invited" || isDeleted(m)),
  );
  return (
    <>
      <p class="menu-who">
        <strong>{me.displayName}</strong>
        <small>{me.email}</small>
      </p>
      <Link to={profile} onFollow={close}>
        <Icon name="user" />
        My profile
      </Link>
      <hr />
      {others.length > 0 && (
        <p class="menu-label" id="switch-label">
          Switch organization
        </p>
      )}
      {others.slice(0, MAX_SHOWN).map((m) => (
        <button
          key={m.organization.id}
          type="button"
          onClick={() => {
            close();
            if (isDeleted(m)) offerRestore(m);
            else offerSwitch(m);
          }}
        >
          <Icon name="organization" />
          <span class="stack">
            <bdi class="clip">{m.organization.name}</bdi>
            {isDeleted(m) && <small>Deleted · Removal on {removalDay(m)} · Restore</small>}
          </span>
        </button>
      ))}
      {others.length > MAX_SHOWN && (
        <Link to={profile} onFollow={close}>
          All {me.memberships.length} organizations
        </Link>
      )}
      <button
        type="button"
        onClick={() => {
          close();
          checkUnsaved(() => openOverlay("organization"));
        }}
      >
        <Icon name="plus" />
        New organization
      </button>
      <hr />
      <ThemeChoice />
      <hr />
      <button
        type="button"
        onClick={() => {
          close();
          openOverlay("keys");
        }}
      >
        <Icon name="keyboard" />
        Keyboard shortcuts
      </button>
      <a href={`${apiBase}/docs`} target="_blank" rel="noreferrer" onClick={close}>
        <Icon name="info" />
        API reference
      </a>
      <button
        type="button"
        onClick={() => {
          close();
          checkUnsaved(() => void signOut());
        }}
      >
        <Icon name="leave" />
        Sign out
      </button>
      <button type="button" aria-busy={signingOut || undefined} onClick={onSignOutEverywhere}>
        <Icon name="leave" />
        {signingOut ? "Signing out …" : "Sign out everywhere"}
      </button>
    </>
  );
}

function ThemeChoice() {
  const chosen = useSignal(theme);
  return (
    <div class="theme" role="group" aria-label="Theme">
      {themes.map((name) => (
        <button key={name} type="button" aria-pressed={chosen === name} onClick={() => setTheme(name)}>
          {name === "system" ? (
            "System"
          ) : (
            <>
              <Icon name={name} />
              {name === "light" ? "Light" : "Dark"}
            </>
          )}
        </button>
      ))}
    </div>
  );
}
