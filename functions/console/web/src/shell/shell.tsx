import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { usePerson } from "../console-context";
import { IconButton } from "../parts/button";
import { Icon, Mark } from "../parts/icon";
import { Link } from "../router/link";
import { openOverlay } from "../router/navigation";
import type { Route } from "../router/route";
import { useNow } from "../parts/relative-time";
import { ViewOutline } from "../parts/skeleton";
import { can } from "../words/names";
import { endingTokens } from "../words/tokens";
import { AccountMenu } from "./account-menu";
import { destinations, type Destination } from "./destinations";
import { EndingTokens } from "./ending-tokens";
import { OfflineNotice } from "./offline-notice";
import { profilePath } from "./landing";
import { commandKeys, useShortcuts } from "./shortcuts";

const parentView: Partial<Record<Route["view"], Destination["path"]>> = {
  user: "users",
  "service-accounts": "users",
  solution: "solutions",
};

/** The frame of every view: navigation and account menu on the left, or behind a button on a narrow screen. */
export function Shell({ route, children }: { readonly route: Route; readonly children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const opener = useRef<HTMLElement>(null);
  const key = viewKey(route);
  const { membership, tokens } = usePerson();
  const ending = useEndingTokens();
  useShortcuts();
  const isLanding =
    route.view === "profile"
      ? route.tab === "tokens" || (route.tab === "profile" && !can(membership, "members:view"))
      : route.view === "users";
  // The notice about tokens is above the view, and would push it down if it came later.
  const isWaiting = isLanding && !tokens.tokens && !tokens.problem;
  const isFirst = useRef(true);
  useEffect(() => {
    setOpen(false);
    if (isFirst.current) isFirst.current = false;
    else main.current?.querySelector("h1")?.focus();
    scrollTo(0, 0);
  }, [key]);
  const close = () => {
    setOpen(false);
    requestAnimationFrame(() => opener.current?.querySelector("button")?.focus());
  };
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <header class="topbar" ref={opener} inert={open}>
        <IconButton icon="menu" label="Open navigation" onClick={() => setOpen(true)} />
        {ending && <Dot />}
        <Mark />
        <strong>Leasehold</strong>
      </header>
      <Sidebar route={route} open={open} onClose={close} />
      {open && <div class="scrim" aria-hidden="true" onClick={close} />}
      <main id="main" ref={main} tabIndex={-1} inert={open} class={isWaiting ? "waiting" : ""}>
        {isWaiting && <ViewOutline />}
        <OfflineNotice />
        {isLanding && <EndingTokens />}
        {children}
      </main>
    </div>
  );
}

interface SidebarProps {
  readonly route: Route;
  readonly open: boolean;
  readonly onClose: () => void;
}

function Sidebar({ route, open, onClose }: SidebarProps) {
  const { org, membership } = usePerson();
  const ending = useEndingTokens();
  const current = parentView[route.view] ?? route.view;
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (open) element.current?.querySelector<HTMLElement>("nav a, button")?.focus();
  }, [open]);
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it handles the Escape key of the links in it
    <aside
      ref={element}
      class={`sidebar ${open ? "open" : ""}`}
      aria-label="Console"
      onKeyDown={(event) => event.key === "Escape" && open && onClose()}
    >
      <div class="brand">
        <Mark />
        <strong>Leasehold</strong>
      </div>
      {membership && (
        <button
          type="button"
          class="find"
          onClick={() => {
            onClose();
            openOverlay("commands");
          }}
        >
          <Icon name="search" />
          Search
          <kbd>{commandKeys}</kbd>
        </button>
      )}
      <nav aria-label="Main">
        {membership && <p class="menu-label clip">{membership.organization.name}</p>}
        <ul>
          {(membership ? destinations(membership) : [])
            // The profile comes last, for everybody, and the tokens are a tab of it.
            .filter(({ path }) => !path.startsWith("profile"))
            .map(({ path, text, icon }) => (
              <li key={path}>
                <Link to={`/${org}/${path}`} current={current === path ? "page" : undefined} onFollow={onClose}>
                  <Icon name={icon} />
                  {text}
                </Link>
              </li>
            ))}
          <li>
            <Link
              to={profilePath(membership)}
              current={current === "profile" || current === "account" ? "page" : undefined}
              onFollow={onClose}
            >
              <Icon name="user" />
              My profile
              {ending && <Dot />}
            </Link>
          </li>
        </ul>
      </nav>
      <AccountMenu />
    </aside>
  );
}

/** A dot that says in words, too, that a token expires within days. */
function Dot() {
  return (
    <span class="dot" title="A token expires within 3 days">
      <span class="visually-hidden">A token expires within 3 days</span>
    </span>
  );
}

/** Reports whether a token of the person expires within days. */
function useEndingTokens(): boolean {
  const { tokens } = usePerson().tokens;
  return endingTokens(tokens ?? [], useNow()).length > 0;
}

/** Identifies a view for moving the focus. Panes and tabs of the same resource share one key. */
function viewKey(route: Route): string {
  const org = "org" in route ? route.org : "";
  const resource = route.view === "user" ? route.user : route.view === "solution" ? route.solution : "";
  return `${org}/${route.view}/${resource}`;
}
