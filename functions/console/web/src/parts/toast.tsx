import { useSignal } from "../signal";
import { toasts } from "../toasts";
import { Icon } from "./icon";

export { clearToasts, showToast } from "../toasts";

/** The live region of the messages. It is always rendered, so that screen readers announce them. */
export function Toasts() {
  const shown = useSignal(toasts);
  return (
    <div class="toasts" role="status">
      {shown.map((toast) => (
        <div key={toast.id} class="toast">
          <Icon name={toast.kind === "good" ? "check" : "warning"} />
          {toast.text}
        </div>
      ))}
    </div>
  );
}
