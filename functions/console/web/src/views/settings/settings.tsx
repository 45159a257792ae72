import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { newest } from "../../api/newest";
import { useOrganization } from "../../api/queries";
import type { Organization } from "../../api/types";
import { useConsole } from "../../console-context";
import { CopyableId } from "../../parts/copy-button";
import { useEdits } from "../../parts/edits";
import { Fact, Field } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { LoadedData } from "../../parts/loaded";
import { SaveActions } from "../../parts/save-actions";
import { SaveProblem } from "../../parts/save-problem";
import { SkeletonCard } from "../../parts/skeleton";
import { offerUndo } from "../../parts/undo";
import { date } from "../../words/time";
import { DeleteOrganization } from "./delete-organization";
import { TokenPolicyForm } from "./token-policy";
import { sentence } from "../../words/sentence";

/** The organization's settings. */
export function Settings() {
  const { org, membership, reloadMe } = useConsole();
  const loaded = useOrganization(org);
  const changed = (next: Organization) => {
    loaded.update((shown) => newest(shown, next));
    reloadMe();
  };
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="Settings"
        lead="Organization-wide settings. Visible to Owners only."
      />
      <LoadedData
        loaded={loaded}
        skeleton={
          <div class="cards">
            <SkeletonCard lines={4} />
            <SkeletonCard lines={4} />
          </div>
        }
      >
        {(organization) => (
          <div class="cards">
            <NameForm organization={organization} onChanged={changed} onReload={loaded.reload} />
            <TokenPolicyForm organization={organization} onChanged={changed} onReload={loaded.reload} />
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
      </LoadedData>
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
  const edits = useEdits(`name of ${org}`, { name: organization.name });
  const { name } = edits.values;
  const changed = edits.changed.length > 0;
  const save = useAction(async () => {
    const next = await call("patch", "/organizations/{org}", {
      path: { org },
      body: { name },
      version: organization.version,
    });
    edits.saved({ name });
    offerUndo(sentence`The organization is now called ${next.name}.`, async () => {
      const body = { name: organization.name };
      await call("patch", "/organizations/{org}", { path: { org }, body, version: next.version });
      return sentence`The organization is called ${organization.name} again.`;
    });
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
          onInput={(text) => edits.set({ name: text })}
          required
          problem={fieldProblem}
          hint="Everyone in the organization sees it."
        />
      </div>
      {!fieldProblem && (
        <SaveProblem
          problem={save.problem}
          onReload={() => {
            save.clearProblem();
            edits.undo();
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
          edits.undo();
          save.clearProblem();
        }}
      />
    </form>
  );
}
