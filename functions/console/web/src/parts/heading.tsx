import type { ComponentChildren } from "preact";
import { Link } from "../router/link";
import { usePageTitle } from "./title";

interface HeadingProps {
  /** The parent views with their paths. */
  readonly breadcrumbs: readonly (readonly [text: string, to: string])[];
  readonly title: string;
  /** The name of the current tab, for the document's title. */
  readonly tab?: string | undefined;
  readonly lead?: ComponentChildren;
  readonly icon?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/**
 * Breadcrumbs, title and actions of a view. It also sets the document's title, which names the tab and the organization: people
 * have several organizations open next to each other.
 */
export function Heading({ breadcrumbs, title, tab, lead, icon, actions }: HeadingProps) {
  const organization = breadcrumbs[0]?.[0];
  usePageTitle([tab, title, organization, "Leasehold"].filter(Boolean).join(" · "));
  return (
    <header class="heading">
      <nav class="breadcrumbs" aria-label="Breadcrumbs">
        <ol>
          {breadcrumbs.map(([text, to]) => (
            <li key={to}>
              <Link to={to}>
                <bdi>{text}</bdi>
              </Link>
            </li>
          ))}
          <li aria-current="page">
            <bdi>{title}</bdi>
          </li>
        </ol>
      </nav>
      <div class="heading-row">
        {icon}
        <div class="heading-text">
          <h1 tabIndex={-1}>{title}</h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {actions && <div class="heading-actions">{actions}</div>}
      </div>
    </header>
  );
}
