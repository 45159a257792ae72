import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { eachPage } from "../../api/each-page";
import type { ListQuery } from "../../api/queries";
import type { Member } from "../../api/types";
import { Button } from "../../parts/button";
import { showToast } from "../../parts/toast";
import { people } from "../../words/names";
import { isolated } from "../../words/sentence";
import type { SelectedAction } from "../../router/route";

const MAX_NAMED = 3;
/** The most members that can be selected. */
const MAX_SELECTED = 5000;

/** The selected members, by ID. */
export type Selection = ReadonlyMap<string, Member>;

const manyButtons: readonly (readonly [kind: SelectedAction, label: string])[] = [
  ["role", "Change role"],
  ["resend", "Resend invitations"],
  ["enable", "Enable"],
  ["disable", "Disable"],
  ["remove", "Remove"],
];

interface SelectionBarProps {
  readonly selected: Selection;
  readonly list: ListQuery<Member>;
  /** Whether the whole page is selected, and the list has more pages. */
  readonly offersAll: boolean;
  /** The number of members in the list, if known. */
  readonly total: number | undefined;
  readonly assigns: boolean;
  readonly manages: boolean;
  readonly onSelect: (selected: Selection) => void;
  readonly onAct: (kind: SelectedAction) => void;
}

/** The selected members, what can be done to them, and the button that selects all members of the list. */
export function SelectionBar(props: SelectionBarProps) {
  const { selected, list, offersAll, total, assigns, manages, onSelect, onAct } = props;
  const [found, setFound] = useState(0);
  const abort = useRef(new AbortController());
  useEffect(() => () => abort.current.abort(), []);
  const selectAll = useAction(async () => {
    const { signal } = (abort.current = new AbortController());
    const all = new Map<string, Member>();
    try {
      await eachPage(
        (page) => list.load(page, signal),
        (items) => {
          for (const member of items) if (all.size < MAX_SELECTED) all.set(member.id, member);
          setFound(all.size);
          return all.size < MAX_SELECTED;
        },
      );
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
    return all;
  }, onSelect);
  const { problem } = selectAll;
  useEffect(() => {
    if (problem) showToast(problem.message, "problem");
  }, [problem]);
  return (
    <div class="selection">
      <span role="status">
        <strong>{selected.size.toLocaleString("en-GB")} selected</strong>: {selectedNames(selected)}
      </span>
      {offersAll && selected.size < Math.min(total ?? MAX_SELECTED, MAX_SELECTED) && (
        <Button busy={selectAll.busy} onClick={selectAll.run}>
          {selectAll.busy ? `Selecting… ${people(found)}` : allWords(total)}
        </Button>
      )}
      {assigns && (
        <Button icon="solutions" onClick={() => onAct("assign")}>
          Assign solutions
        </Button>
      )}
      {manages &&
        manyButtons.map(([kind, label]) => (
          <Button key={kind} onClick={() => onAct(kind)}>
            {label}
          </Button>
        ))}
      <Button kind="quiet" onClick={() => onSelect(new Map())}>
        Clear selection
      </Button>
    </div>
  );
}

function allWords(total: number | undefined): string {
  if (total === undefined) return "Select all that match";
  return total > MAX_SELECTED
    ? `Select the first ${MAX_SELECTED.toLocaleString("en-GB")}`
    : `Select all ${total.toLocaleString("en-GB")} that match`;
}

/** Returns the names of the first selected members, and how many more there are. */
function selectedNames(selected: Selection): string {
  const names = [...selected.values()].slice(0, MAX_NAMED).map((m) => isolated(m.displayName));
  const more = selected.size - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more.toLocaleString("en-GB")} more` : "");
}
