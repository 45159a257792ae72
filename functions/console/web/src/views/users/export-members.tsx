import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../../api/action";
import type { ListQuery } from "../../api/queries";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Pane } from "../../parts/dialog";
import { ProblemNotice } from "../../parts/notice";
import { saveFile } from "../../parts/save-file";
import { showToast } from "../../parts/toast";
import { count } from "../../words/names";
import { memberFile, memberFileName } from "./member-file";

interface ExportProps {
  readonly list: ListQuery<Member>;
  /** Whether the list is filtered, so that it does not hold all members. */
  readonly filtered: boolean;
  readonly onClose: () => void;
}

/** Downloads all members of a list as a CSV file. It begins at once and can be canceled. */
export function ExportMembers({ list, filtered, onClose }: ExportProps) {
  const { membership } = useConsole();
  const [loaded, setLoaded] = useState(0);
  const abort = useRef(new AbortController());
  const download = useAction(
    async () => {
      const { signal } = (abort.current = new AbortController());
      setLoaded(0);
      let members = 0;
      try {
        const parts = await memberFile(list, signal, (n) => {
          members = n;
          setLoaded(n);
        });
        saveFile(
          memberFileName(membership.organization.name, new Date()),
          new Blob([...parts], { type: "text/csv;charset=utf-8" }),
        );
      } catch (thrown) {
        if (!signal.aborted) throw thrown; // Canceled by the person, who needs no message.
      }
      return members;
    },
    (members) => {
      onClose();
      showToast(`Exported ${count(members, "member")}.`);
    },
  );
  const { run } = download;
  useEffect(() => {
    run();
    return () => abort.current.abort();
  }, [run]);
  return (
    <Pane title="Export as CSV" onClose={onClose} footer={<Button onClick={onClose}>Cancel</Button>}>
      <p>
        {filtered ? "The file holds the members that match the filters." : "The file holds all members."} A name that a
        spreadsheet would run as a formula begins with an apostrophe.
      </p>
      {download.busy && (
        <div class="progress">
          <progress aria-label="Progress" />
          <p>{count(loaded, "member")} so far</p>
        </div>
      )}
      <ProblemNotice problem={download.problem} onRetry={run} />
    </Pane>
  );
}
