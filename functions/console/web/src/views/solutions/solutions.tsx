import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { fullPage } from "../../api/all-pages";
import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Pane } from "../../parts/dialog";
import { Field } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { Empty, LoadFailure, ProblemNotice } from "../../parts/notice";
import { Pager, usePaging } from "../../parts/pager";
import { SkeletonRows } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { RowText } from "../../parts/row-text";
import { Link } from "../../router/link";
import { closePane, navigate, useUnsaved } from "../../router/navigation";
import { can, capitalize } from "../../words/names";
import { date } from "../../words/time";
import { sentence } from "../../words/sentence";

const PAGE_SIZE = 50;

/** The organization's solutions that the person can see. */
export function Solutions({ creating }: { readonly creating: boolean }) {
  const { org, membership } = useConsole();
  const key = `solutions ${org}`;
  const paging = usePaging(key);
  const list = useLoad(
    `${key} ${paging.cursor ?? ""}`,
    (signal) =>
      fullPage(
        (page) => call("get", "/organizations/{org}/solutions", { path: { org }, query: page, signal }),
        PAGE_SIZE,
        paging.cursor,
      ),
    { keep: true },
  );
  const seesAll = can(membership, "solutions:view-all");
  const create = can(membership, "solutions:create") && (
    <Button kind="primary" icon="plus" onClick={() => navigate(`/${org}/solutions/new`)}>
      New solution
    </Button>
  );
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="Solutions"
        lead={
          seesAll
            ? sentence`All solutions of ${membership.organization.name}`
            : "Solutions that you created or are assigned to"
        }
        actions={create}
      />
      <section class="list" aria-label="Solutions">
        {list.problem ? (
          <LoadFailure problem={list.problem} onRetry={list.reload} />
        ) : !list.data ? (
          <SkeletonRows rows={6} head />
        ) : list.data.items.length === 0 ? (
          <Empty icon="solutions" title="No solutions yet">
            Solutions are the apps your people use. Create one to begin.
          </Empty>
        ) : (
          <>
            <table class="table" aria-busy={list.loading}>
              <caption class="visually-hidden">Solutions</caption>
              <thead>
                <tr>
                  <th scope="col">Solution</th>
                  <th scope="col">Your role</th>
                  <th scope="col" class="number">
                    People
                  </th>
                  <th scope="col">Created</th>
                </tr>
              </thead>
              <tbody>
                {list.data.items.map((s) => (
                  <tr key={s.id}>
                    <td class="main-cell">
                      <Link to={`/${org}/solutions/${s.id}`} class="row-link">
                        <bdi>{s.name}</bdi>
                      </Link>
                      {s.description && (
                        <small>
                          <RowText class="clamp" title={s.description}>
                            {s.description}
                          </RowText>
                        </small>
                      )}
                    </td>
                    <td data-label="Your role">
                      {s.yourRole ? capitalize(s.yourRole) : <span class="faint">Not assigned</span>}
                    </td>
                    <td data-label="People" class="number">
                      {s.memberCount}
                    </td>
                    <td data-label="Created">{date(s.createdAt)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Pager
              paging={paging}
              nextCursor={list.data.nextCursor}
              size={PAGE_SIZE}
              shown={list.data.items.length}
              loading={list.loading}
            />
          </>
        )}
      </section>
      {creating && <NewSolution onClose={() => closePane(`/${org}/solutions`)} />}
    </>
  );
}

function NewSolution({ onClose }: { readonly onClose: () => void }) {
  const { org, reloadMe } = useConsole();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const saved = useUnsaved(name !== "" || description !== "");
  const create = useAction(async () => {
    const created = await call("post", "/organizations/{org}/solutions", {
      path: { org },
      body: { name, description },
    });
    saved();
    showToast(sentence`${created.name} has been created.`);
    reloadMe();
    navigate(`/${org}/solutions/${created.id}`);
  });
  const shownAtField = create.problem?.field("name") ?? create.problem?.field("description");
  return (
    <Pane
      title="New solution"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="new-solution" busy={create.busy}>
            Create solution
          </Button>
        </>
      }
    >
      <form
        id="new-solution"
        onSubmit={(event) => {
          event.preventDefault();
          create.run();
        }}
      >
        <p class="lead">You&apos;ll be its owner and can assign people to it.</p>
        <Field label="Name" value={name} onInput={setName} required autofocus problem={create.problem?.field("name")} />
        <Field
          label="Description"
          value={description}
          onInput={setDescription}
          maxLength={200}
          hint="What people do with it."
          problem={create.problem?.field("description")}
        />
        {!shownAtField && <ProblemNotice problem={create.problem} />}
      </form>
    </Pane>
  );
}
