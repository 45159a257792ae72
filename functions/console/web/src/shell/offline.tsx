import { useEffect, useState } from "preact/hooks";
import { Notice } from "../parts/notice";

/** Says so while the browser has no network. */
export function OfflineNotice() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return (
    <div role="status">
      {!online && (
        <Notice kind="warning">
          You are offline. What you see may be out of date, and nothing can be changed until you are back.
        </Notice>
      )}
    </div>
  );
}
