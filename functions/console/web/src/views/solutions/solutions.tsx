import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { solutionList } from "../../api/queries";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { useTyped } from "../../parts/drafts";
import { Field } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { PagedItems, usePagedList } from "../../parts/loaded";
import { ProblemNotice } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { RowText } from "../../parts/row-text";
import { Link } from "../../router/link";
import { closePane, navigate, useUnsaved } from "../../router/navigation";
import { can, capitalize } from "../../words/names";
import { NoSolutions } from "../empty";
import { date } from "../../words/time";
import { sentence } from "../../words/sentence";

const PAGE_SIZE = 50;

/** The organization's solutions that the person can see. */
export function Solutions({ creating }: { readonly creating: boolean }) {
  const { org, membership } = useConsole();
  const list = usePagedList(solutionList(org), PAGE_SIZE);
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
        <PagedItems list={list} skeleton={<SkeletonRows rows={6} head />} empty={<NoSolutions />}>
          {(solutions) => (
            <table class="table" aria-busy={list.loading}>
              <caption class="visually-hidden">Solutions</caption>
              <thead>
                <tr>
                  <th scope="col">Solution</th>
                  <th scope="col">Your role</th>
                  <th scope="col">Created</th>
                  <th scope="col" class="number">
                    People
                  </th>
                </tr>
              </thead>
              <tbody>
                {solutions.map((s) => (
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
                    <td data-label="Created">{date(s.createdAt)}</td>
                    <td data-label="People" class="number">
                      {s.memberCount}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </PagedItems>
      </section>
      {creating && <NewSolution onClose={() => closePane(`/${org}/solutions`)} />}
    </>
  );
}

function NewSolution({ onClose }: { readonly onClose: () => void }) {
  const { org, reloadMe } = useConsole();
  const [typed, setTyped] = useTyped(`new solution of ${org}`, { name: "", description: "" });
  const { name, description } = typed;
  const saved = useUnsaved(name !== "" || description !== "");
  const create = useAction(
    async () => {
      const created = await call("post", "/organizations/{org}/solutions", {
        path: { org },
        body: { name, description },
      });
      showToast(sentence`${created.name} has been created.`);
      reloadMe();
      return created;
    },
    ({ id }) => {
      saved();
      navigate(`/${org}/solutions/${id}`);
    },
  );
  const shownAtField = create.problem?.field("name") ?? create.problem?.field("description");
  return (
    <FormPane
      title="New solution"
      busy={create.busy}
      onClose={onClose}
      submit={
        <Button kind="primary" type="submit" form="new-solution" busy={create.busy}>
          Create solution
        </Button>
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
        <Field
          label="Name"
          value={name}
          onInput={(text) => setTyped({ name: text })}
          required
          autofocus
          problem={create.problem?.field("name")}
        />
        <Field
          label="Description"
          value={description}
          onInput={(text) => setTyped({ description: text })}
          maxLength={200}
          hint="What people do with it."
          problem={create.problem?.field("description")}
        />
        {!shownAtField && <ProblemNotice problem={create.problem} />}
      </form>
    </FormPane>
  );
}
