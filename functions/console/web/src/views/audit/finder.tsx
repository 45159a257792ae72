import { useEffect, useRef, useState } from "preact/hooks";
import { useFoundPeople } from "../../api/queries";
import { useConsole } from "../../console-context";
import { Icon } from "../../parts/icon";
import { LoadFailure } from "../../parts/notice";
import { useOutside } from "../../parts/use-outside";
import type { SolutionNames } from "../../words/audit";
import { SearchField } from "../users/filter-bar";

const MAX_RESULTS = 20;

interface FinderProps {
  /** The label of the button, such as "By anyone". */
  readonly label: string;
  /** What is chosen, for the field and the list: "Who acted". */
  readonly what: string;
  /** The solutions that can be chosen in addition to members. */
  readonly solutions?: SolutionNames;
  readonly onChoose: (id: string) => void;
}

/** A button that opens a search for a member, or a solution. Escape and a click elsewhere close it. */
export function Finder({ label, what, solutions, onChoose }: FinderProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) root.current?.querySelector("input")?.focus();
  }, [open]);
  useOutside(root, open, () => setOpen(false));
  const close = () => {
    setOpen(false);
    root.current?.querySelector("button")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open || event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };
  const choose = (id: string) => {
    close();
    onChoose(id);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- it handles the Escape key of the controls in it
    <div ref={root} class="menu" onKeyDown={onKeyDown}>
      <button type="button" class="button plain" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>{label}</span>
        <Icon name="down" />
      </button>
      {open && <Choices what={what} solutions={solutions} onChoose={choose} />}
    </div>
  );
}

type ChoicesProps = Pick<FinderProps, "what" | "solutions" | "onChoose">;

function Choices({ what, solutions, onChoose }: ChoicesProps) {
  const { org } = useConsole();
  const [q, setQ] = useState("");
  const text = q.trim();
  const found = useFoundPeople(org, text, MAX_RESULTS);
  const matching = [...(solutions ?? [])].filter(([, name]) => text && contains(name, text)).slice(0, MAX_RESULTS);
  const people = found.data?.items ?? [];
  return (
    <div class="menu-list finder" role="group" aria-label={what} aria-busy={found.loading}>
      <SearchField value={q} label={solutions ? "Name, email or solution" : "Name or email"} onSearch={setQ} />
      {matching.map(([id, name]) => (
        <Choice key={id} name={name} detail="Solution" onChoose={() => onChoose(id)} />
      ))}
      {people.map(({ id, displayName, email }) => (
        <Choice key={id} name={displayName} detail={email} onChoose={() => onChoose(id)} />
      ))}
      {found.problem && <LoadFailure problem={found.problem} onRetry={found.reload} />}
      {found.data && people.length + matching.length === 0 && (
        <p class="hint">Nothing found. People who have left are found by the text search.</p>
      )}
      {found.data?.nextCursor && <p class="hint">There are more. Type a name to find them.</p>}
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly detail: string | undefined;
  readonly onChoose: () => void;
}

function Choice({ name, detail, onChoose }: ChoiceProps) {
  return (
    <button type="button" onClick={onChoose}>
      <span class="stack">
        <bdi>{name}</bdi>
        {detail && (
          <small>
            <bdi>{detail}</bdi>
          </small>
        )}
      </span>
    </button>
  );
}

/** Reports whether a name contains a text, without regard to letter case. */
function contains(name: string, text: string): boolean {
  return name.toLocaleLowerCase().includes(text.toLocaleLowerCase());
}
