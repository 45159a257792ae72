import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { Checkbox, Fact } from "../../parts/field";
import { closeOverlay } from "../../router/navigation";
import { destinations } from "../../shell/destinations";
import { commandKeys, setSingleKeys, singleKeys } from "../../shell/shortcuts";
import { useSignal } from "../../signal";

/** The list of keyboard shortcuts, with a way to turn off those without a modifier key. */
export function KeyList() {
  const { membership } = useConsole();
  const isOn = useSignal(singleKeys);
  return (
    <Dialog
      title="Keyboard shortcuts"
      onClose={() => closeOverlay()}
      footer={<Button onClick={() => closeOverlay()}>Close</Button>}
    >
      <dl class="facts keys">
        <Shortcut keys={commandKeys.split(" ")} text="Open the command menu" />
        <Shortcut keys={["Esc"]} text="Close a dialog, pane or menu" />
      </dl>
      <Checkbox label="Use shortcuts without Ctrl or ⌘" checked={isOn} onChange={setSingleKeys} />
      <p class="hint">
        Turn them off if you control the browser by voice, or press keys by accident. This browser remembers your
        choice.
      </p>
      {isOn && (
        <dl class="facts keys">
          <Shortcut keys={["/"]} text="Search the list, or everything" />
          <Shortcut keys={["?"]} text="Show this list" />
          {destinations(membership).map(({ key, text, path }) => (
            <Shortcut key={path} keys={["g", key]} text={`Go to ${text}`} />
          ))}
        </dl>
      )}
    </Dialog>
  );
}

function Shortcut({ keys, text }: { readonly keys: readonly string[]; readonly text: string }) {
  return (
    <Fact label={text}>
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </Fact>
  );
}
