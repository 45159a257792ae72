import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import type { Organization } from "../../api/types";
import { useConsole } from "../../console-context";
import { CopyableId } from "../../parts/copy-button";
import { Fact, Field } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { LoadFailure } from "../../parts/notice";
import { SaveActions } from "../../parts/save-actions";
import { SaveProblem } from "../../parts/save-problem";
import { SkeletonCard } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { useUnsaved } from "../../router/navigation";
import { date } from "../../words/time";
import { DeleteOrganization } from "./delete-organization";
import { TokenPolicyForm } from "./token-policy";
import { sentence } from "../../words/sentence";

/** The organization's settings. */
export function Settings() {
  const { org, membership, reloadMe } = useConsole();
  const loaded = useLoad(org, (signal) => call("get", "/organizations/{org}", { path: { org }, signal }));
  const organization = loaded.data;
  const changed = (next: Organization) => {
    loaded.set(next);
    reloadMe();
  };
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="Settings"
        lead="Organization-wide settings. Visible to Owners only."
      />
      {loaded.problem ? (
        <LoadFailure problem={loaded.problem} onRetry={loaded.reload} />
      ) : !organization ? (
        <div class="cards">
          <SkeletonCard lines={4} />
          <SkeletonCard lines={4} />
        </div>
      ) : (
        <div class="cards">
          <NameForm
            key={`name ${organization.name}`}
            organization={organization}
            onChanged={changed}
            onReload={loaded.reload}
          />
          <TokenPolicyForm
            key={`policy ${JSON.stringify(organization.tokenPolicy)}`}
            organization={organization}
            onChanged={changed}
            onReload={loaded.reload}
          />
          <section class="card">
            <h2>About</h2>
            <dl class="facts">
              <Fact label="Organization ID">
                <CopyableId id={organization.id} what="organization ID" />
              </Fact>
              <Fact label="Created">{date(organization.createdAt)}</Fact>
              <Fact label="Members">{organization.memberCount.toLocaleString("en-GB")}</Fact>
              <Fact label="Active owners">{organization.ownerCount}</Fact>
              <Fact label="Solutions">{organization.solutionCount}</Fact>
            </dl>
          </section>
          <DeleteOrganization key={organization.version} organization={organization} onReload={loaded.reload} />
        </div>
      )}
    </>
  );
}

interface NameFormProps {
  readonly organization: Organization;
  readonly onChanged: (organization: Organization) => void;
  readonly onReload: () => void;
}

function NameForm({ organization, onChanged, onReload }: NameFormProps) {
  const { org } = useConsole();
  const [name, setName] = useState(organization.name);
  const changed = name.trim() !== organization.name;
  const saved = useUnsaved(changed);
  const save = useAction(async () => {
    const next = await call("patch", "/organizations/{org}", {
      path: { org },
      body: { name },
      version: organization.version,
    });
    saved();
    showToast(sentence`The organization is now called ${next.name}.`);
    onChanged(next);
  });
  const fieldProblem = save.problem?.field("name");
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) save.run();
      }}
    >
      <h2>Name</h2>
      <div class="narrow">
        <Field
          label="Organization name"
          value={name}
          onInput={setName}
          required
          problem={fieldProblem}
          hint="Everyone in the organization sees it."
        />
      </div>
      {!fieldProblem && (
        <SaveProblem
          problem={save.problem}
          onReload={() => {
            saved();
            save.clearProblem();
            setName(organization.name);
            onReload();
          }}
        />
      )}
      <SaveActions
        save="Save name"
        busy={save.busy}
        changed={changed}
        incomplete={name.trim() === ""}
        onUndo={() => {
          setName(organization.name);
          save.clearProblem();
        }}
      />
    </form>
  );
}
