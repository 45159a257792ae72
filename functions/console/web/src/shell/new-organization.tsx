import { useState } from "preact/hooks";
import { useAction } from "../api/action";
import { call } from "../api/client";
import type { Profile } from "../api/types";
import { Button } from "../parts/button";
import { FormPane } from "../parts/dialog";
import { Field } from "../parts/field";
import { ProblemNotice } from "../parts/notice";
import { showToast } from "../parts/toast";
import { closeOverlay, navigate, useUnsaved } from "../router/navigation";
import { sentence } from "../words/sentence";

interface NewOrganizationProps {
  readonly setMe: (me: Profile) => void;
}

/** Creates an organization owned by the person and opens it. */
export function NewOrganization({ setMe }: NewOrganizationProps) {
  const [name, setName] = useState("");
  const saved = useUnsaved(name.trim() !== "");
  const create = useAction(
    async () => {
      const created = await call("post", "/organizations", { body: { name } });
      const me = await call("put", "/me/current-organization", { body: { organizationId: created.id } });
      showToast(sentence`${created.name} created.`);
      return { created, me };
    },
    ({ created, me }) => {
      saved();
      closeOverlay(() => {
        setMe(me);
        navigate(`/${created.id}/users`);
      });
    },
  );
  return (
    <FormPane
      title="New organization"
      busy={create.busy}
      onClose={() => closeOverlay()}
      submit={
        <Button kind="primary" type="submit" form="new-organization" busy={create.busy}>
          Create organization
        </Button>
      }
    >
      <form
        id="new-organization"
        onSubmit={(event) => {
          event.preventDefault();
          create.run();
        }}
      >
        <p class="lead">You&apos;ll be its owner. You can invite people, give them roles and create solutions.</p>
        <Field label="Name" value={name} onInput={setName} required autofocus problem={create.problem?.field("name")} />
        {!create.problem?.field("name") && <ProblemNotice problem={create.problem} />}
      </form>
    </FormPane>
  );
}
