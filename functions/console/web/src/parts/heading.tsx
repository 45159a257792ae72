import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Link } from "../router/link";

interface HeadingProps {
  /** The parent views with their paths. */
  readonly breadcrumbs: readonly (readonly [text: string, to: string])[];
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly icon?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** Breadcrumbs, title and actions of a view. It also sets the document's title. */
export function Heading({ breadcrumbs, title, lead, icon, actions }: HeadingProps) {
  useEffect(() => {
    document.title = `${title} · Leasehold`;
  }, [title]);
  return (
    <header class="heading">
      <nav class="breadcrumbs" aria-label="Breadcrumbs">
        <ol>
          {breadcrumbs.map(([text, to]) => (
            <li key={to}>
              <Link to={to}>{text}</Link>
            </li>
          ))}
          <li aria-current="page">{title}</li>
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
