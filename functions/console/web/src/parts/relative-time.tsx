import { useEffect, useState } from "preact/hooks";
import { moment, relative } from "../words/time";

/** Returns the current time in milliseconds, updated every minute. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** A time such as "in 3 days", with the exact time as a tooltip. */
export function RelativeTime({ time }: { readonly time: string }) {
  const now = useNow();
  return (
    <time dateTime={time} title={moment(time)}>
      {relative(time, now)}
    </time>
  );
}
