import type { ComponentChildren } from "preact";
import { useOrganization } from "../api/queries";
import { useConsole } from "../console-context";
import { Link } from "../router/link";

/** What to do next in an organization with only one member; nothing once it has more. What is done is not offered again. */
export function FirstSteps() {
  const { org, tokens } = useConsole();
  const organization = useOrganization(org).data;
  if (organization?.memberCount !== 1 || !tokens.tokens) return null;
  const hasToken = tokens.tokens.some((t) => t.organization.id === org);
  return (
    <section class="card first-steps" aria-labelledby="first-steps-heading">
      <h2 id="first-steps-heading">
        {hasToken ? "Next steps in" : "Get started with"} <bdi>{organization.name}</bdi>
      </h2>
      <ol>
        {!hasToken && (
          <Step to={`/${org}/profile/tokens/new`} title="Create a token" primary>
            It lets a script or a CI job call the API in your name. You get a command to try it with.
          </Step>
        )}
        <Step to={`/${org}/users/invite`} title="Invite people" primary={hasToken}>
          They get an email, and you choose their roles.
        </Step>
        {organization.solutionCount === 0 && (
          <Step to={`/${org}/solutions/new`} title="Create a solution">
            Solutions are the apps that your people use. You decide who uses which.
          </Step>
        )}
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
