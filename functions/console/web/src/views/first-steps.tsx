import type { ComponentChildren } from "preact";
import { useOrganization } from "../api/queries";
import { useConsole } from "../console-context";
import { Link } from "../router/link";

/** What to do first in a new organization; nothing once it has more members, or if the person has a token in it. */
export function FirstSteps() {
  const { org, tokens } = useConsole();
  const organization = useOrganization(org).data;
  if (organization?.memberCount !== 1 || tokens.tokens?.some((t) => t.organization.id === org) !== false) return null;
  return (
    <section class="card first-steps" aria-labelledby="first-steps-heading">
      <h2 id="first-steps-heading">
        Get started with <bdi>{organization.name}</bdi>
      </h2>
      <ol>
        <Step to={`/${org}/profile/tokens/new`} title="Create a token" primary>
          It lets a script or a CI job call the API in your name. You get a command to try it with.
        </Step>
        <Step to={`/${org}/users/invite`} title="Invite people">
          They get an email, and each of them a role that you choose.
        </Step>
        <Step to={`/${org}/solutions/new`} title="Create a solution">
          Solutions are the apps that your people use. You decide who uses which.
        </Step>
      </ol>
    </section>
  );
}

interface StepProps {
  readonly to: string;
  readonly title: string;
  readonly primary?: boolean;
  readonly children: ComponentChildren;
}

function Step({ to, title, primary = false, children }: StepProps) {
  return (
    <li>
      <Link to={to} class={`button ${primary ? "primary" : ""}`}>
        {title}
      </Link>
      <p>{children}</p>
    </li>
  );
}
