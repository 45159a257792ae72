import { useEffect, useState } from "preact/hooks";
import { Notice } from "../parts/notice";

/** A notice shown while the browser is offline. */
export function OfflineNotice() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return (
    <div role="status">
      {!online && (
        <Notice kind="warning">
          You&apos;re offline. What you see may be out of date, and you can&apos;t make changes until you&apos;re back
          online.
        </Notice>
      )}
    </div>
  );
}
