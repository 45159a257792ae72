import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useConsole } from "../console-context";
import { IconButton } from "../parts/button";
import { Icon, Mark } from "../parts/icon";
import { Link } from "../router/link";
import { openOverlay } from "../router/navigation";
import type { Route } from "../router/route";
import { useNow } from "../parts/relative-time";
import { can } from "../words/names";
import { endingTokens } from "../words/tokens";
import { AccountMenu } from "./account-menu";
import { destinations, type Destination } from "./destinations";
import { EndingTokens } from "./ending-tokens";
import { OfflineNotice } from "./offline-notice";
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
  const { membership } = useConsole();
  const ending = useEndingTokens();
  useShortcuts();
  const isLanding = can(membership, "members:view")
    ? route.view === "users"
    : route.view === "profile" && route.tab === "profile";
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
      <main id="main" ref={main} tabIndex={-1} inert={open}>
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
  const { org, membership } = useConsole();
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
      <nav aria-label="Main">
        <p class="menu-label clip">{membership.organization.name}</p>
        <ul>
          {destinations(membership)
            // Tokens are a tab of the profile.
            .filter(({ path }) => path !== "profile/tokens")
            .map(({ path, text, icon }) => (
              <li key={path}>
                <Link to={`/${org}/${path}`} current={current === path ? "page" : undefined} onFollow={onClose}>
                  <Icon name={icon} />
                  {text}
                  {path === "profile" && ending && <Dot />}
                </Link>
              </li>
            ))}
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
  const { tokens } = useConsole().tokens;
  return endingTokens(tokens ?? [], useNow()).length > 0;
}

/** Identifies a view for moving the focus. Panes and tabs of the same resource share one key. */
function viewKey(route: Route): string {
  const org = "org" in route ? route.org : "";
  const resource = route.view === "user" ? route.user : route.view === "solution" ? route.solution : "";
  return `${org}/${route.view}/${resource}`;
}
