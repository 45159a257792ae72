import { Button } from "./button";

interface SaveActionsProps {
  /** What the button that submits the form says. */
  readonly save: string;
  readonly undo?: string;
  readonly busy: boolean;
  readonly changed: boolean;
  /** Whether something that must be filled in is empty. */
  readonly incomplete?: boolean;
  readonly onUndo: () => void;
}

/** The buttons below a form on a card: one submits it once something has changed, the other undoes the changes. */
export function SaveActions({ save, undo = "Undo", busy, changed, incomplete = false, onUndo }: SaveActionsProps) {
  return (
    <div class="card-actions">
      <Button type="submit" kind="primary" busy={busy} disabled={!changed || incomplete}>
        {save}
      </Button>
      {changed && (
        <Button kind="quiet" onClick={onUndo}>
          {undo}
        </Button>
      )}
    </div>
  );
}
