import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../../api/action";
import type { ListQuery } from "../../api/queries";
import type { AuditEntry } from "../../api/types";
import { Button } from "../../parts/button";
import { ProblemNotice } from "../../parts/notice";
import { saveFile } from "../../parts/save-file";
import { count } from "../../words/names";
import { exportEvents, fileName, formats } from "./export";

interface ExportButtonsProps {
  /** The list to export, with its filters. */
  readonly list: ListQuery<AuditEntry>;
}

/** Buttons that save everything in a list as a file, and how far that is. Leaving the view cancels it. */
export function ExportButtons({ list }: ExportButtonsProps) {
  const [events, setEvents] = useState(0);
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const save = useAction(
    async (format: (typeof formats)[number]) => {
      const abort = new AbortController();
      running.current = abort;
      setEvents(0);
      try {
        return await exportEvents({
          format,
          loadPage: (page) => list.load(page, abort.signal),
          onProgress: setEvents,
          wait: (delay) => waitUnless(abort.signal, delay),
        });
      } catch (thrown) {
        if (abort.signal.aborted) return undefined;
        throw thrown;
      }
    },
    (file, format) => {
      if (file) saveFile(fileName(format, Date.now()), file);
    },
  );
  return (
    <div class="export">
      <span role="status">{save.busy && `Exported ${count(events, "event")} so far`}</span>
      {save.busy ? (
        <Button onClick={() => running.current?.abort()}>Cancel export</Button>
      ) : (
        formats.map((format) => (
          <Button key={format.name} onClick={() => save.run(format)}>
            {`Export ${format.name}`}
          </Button>
        ))
      )}
      <ProblemNotice problem={save.problem} />
    </div>
  );
}

/** Waits some milliseconds. It throws if the signal aborts meanwhile. */
function waitUnless(signal: AbortSignal, delay: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, delay);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(new Error("the export was canceled"));
      },
      { once: true },
    );
  });
}
