import { stepped } from "../../parts/stepping";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Problem } from "../../api/problem";
import { useFindableSolutions, useSearchedPeople } from "../../api/queries";
import { useConsole } from "../../console-context";
import { IconButton } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { Icon } from "../../parts/icon";
import { closeOverlay, navigate } from "../../router/navigation";
import { isCommandKey } from "../../shell/shortcuts";
import { can, count } from "../../words/names";
import { sentence } from "../../words/sentence";
import { grouped, matching, MAX_PER_GROUP, type Command } from "./commands";
import { ownCommands } from "./own-commands";

/** Milliseconds without typing before the search for people starts. */
const DEBOUNCE = 100;

/** The command menu: it finds views, actions, people, solutions, tokens and organizations, and opens or runs one of them. */
export function CommandMenu() {
  const [text, setText] = useState("");
  const [chosenId, setChosenId] = useState<string>();
  const { commands, loading, problem } = useCommands(text);
  const list = useId();
  const options = useRef<HTMLDivElement>(null);
  // What was chosen may no longer be found.
  const chosen = commands.find(({ id }) => id === chosenId) ?? commands[0];
  const optionId = (command: Command) => `${list}-${commands.indexOf(command)}`;
  useEffect(() => {
    options.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen?.id]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (isCommandKey(event)) closeOverlay();
    else if (event.key === "Enter") {
      if (chosen) closeOverlay(chosen.run);
    } else {
      const next = stepped(commands, chosen ? commands.indexOf(chosen) : 0, event.key);
      if (!next) return;
      setChosenId(next.id);
    }
    event.preventDefault();
  };
  return (
    <Dialog title="Search" class="commands" onClose={() => closeOverlay()} footer={null}>
      <div class="search">
        <Icon name="search" />
        <input
          autofocus
          role="combobox"
          aria-label="Search people, solutions, tokens, settings and actions"
          aria-expanded="true"
          aria-autocomplete="list"
          aria-controls={list}
          aria-activedescendant={chosen && optionId(chosen)}
          placeholder="Search or run a command"
          maxLength={100}
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setChosenId(undefined);
          }}
          onKeyDown={onKeyDown}
        />
        <IconButton icon="close" label="Close" onClick={() => closeOverlay()} />
      </div>
      <div ref={options} id={list} role="listbox" aria-label="Results" class="results">
        {grouping(commands).map(([group, members]) => (
          <div key={group} role="group" aria-labelledby={`${list}-${group}`}>
            <p id={`${list}-${group}`} class="menu-label">
              {group}
            </p>
            {members.map((command) => (
              <Option
                key={command.id}
                id={optionId(command)}
                command={command}
                chosen={command === chosen}
                onChoose={() => setChosenId(command.id)}
              />
            ))}
          </div>
        ))}
      </div>
      <p role="status" class="hint">
        {stateWords(text.trim(), commands.length, loading, problem)}
      </p>
    </Dialog>
  );
}

interface OptionProps {
  readonly id: string;
  readonly command: Command;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function Option({ id, command: { text, detail, icon, run }, chosen, onChoose }: OptionProps) {
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are handled where the focus is, in the field
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      onMouseMove={chosen ? undefined : onChoose}
      onClick={() => closeOverlay(run)}
    >
      <Icon name={icon} />
      <bdi class="clip">{text}</bdi>
      {detail && (
        <small class="clip">
          <bdi>{detail}</bdi>
        </small>
      )}
    </div>
  );
}

/** Returns the commands that match a text, and the state of the search for people and solutions. */
function useCommands(text: string): { commands: readonly Command[]; loading: boolean; problem: Problem | undefined } {
  const state = useConsole();
  const { org, me, membership } = state;
  const query = text.trim();
  const searched = usePaused(query);
  const seesPeople = can(membership, "members:view");
  const people = useSearchedPeople(org, seesPeople ? searched : "", MAX_PER_GROUP);
  const solutions = useFindableSolutions(org, can(membership, "solutions:view-own"));
  const isSearching = seesPeople && query !== "" && (query !== searched || people.loading);
  const found = isSearching || query === "" ? [] : (people.data?.items ?? []);
  const own = ownCommands(state).filter(({ group }) => query !== "" || group !== "Settings");
  const listed = query === "" ? [] : (solutions.data ?? []);
  return {
    commands: grouped([
      ...matching(own, query),
      ...found.map(({ id, displayName, email, serviceAccount }): Command => ({
        id,
        group: "People",
        text: displayName,
        detail: serviceAccount ? "Service account" : email,
        icon: "user",
        run: () => navigate(id === me.id ? `/${org}/profile` : `/${org}/users/${id}`),
      })),
      ...matching(
        listed.map(({ id, name, description }) => ({
          id,
          group: "Solutions",
          text: name,
          detail: description,
          icon: "solutions",
          run: () => navigate(`/${org}/solutions/${id}`),
        })),
        query,
      ),
    ]),
    loading: isSearching || (query !== "" && solutions.loading),
    problem: query === "" ? undefined : (people.problem ?? solutions.problem),
  };
}

/** Returns a text once it has not changed for a moment. No text needs no pause. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), text === "" ? 0 : DEBOUNCE);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

/** Returns the commands by their groups. */
function grouping(commands: readonly Command[]): readonly (readonly [string, readonly Command[]])[] {
  const found = new Set(commands.map(({ group }) => group));
  return [...found].map((group) => [group, commands.filter((command) => command.group === group)]);
}

/** Returns what the search found or is doing, as a sentence. */
function stateWords(query: string, results: number, loading: boolean, problem: Problem | undefined): string {
  const found = results === 0 ? sentence`Nothing matches “${query}”.` : `${count(results, "result")}.`;
  if (problem) return `${results === 0 ? "" : `${found} `}The search is incomplete. ${problem.message}`;
  return loading ? "Searching …" : found;
}
