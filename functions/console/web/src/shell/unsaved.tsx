import { Confirm } from "../parts/dialog";
import { leaving } from "../router/navigation";
import { useSignal } from "../signal";

/** Asks before unsaved changes are left behind. */
export function UnsavedDialog() {
  const leave = useSignal(leaving);
  if (!leave) return null;
  const abandon = () => {
    leaving.set(undefined);
    leave.act();
  };
  return (
    <Confirm
      title={leave.title}
      action={leave.leave}
      cancel={leave.stay}
      danger
      busy={false}
      problem={undefined}
      onConfirm={abandon}
      onCancel={() => leaving.set(undefined)}
    >
      <p>{leave.text}</p>
    </Confirm>
  );
}
