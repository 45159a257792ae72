import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { showToast } from "../../parts/toast";
import { sentence } from "../../words/sentence";

interface ResendProps {
  readonly member: Member;
  readonly onSent?: (member: Member) => void;
}

/** Sends an invitation again. */
export function ResendButton({ member, onSent }: ResendProps) {
  const { org } = useConsole();
  const resend = useAction(async () => {
    const sent = await call("post", "/organizations/{org}/members/{user}/invitation", {
      path: { org, user: member.id },
    });
    showToast(sent.warnings[0]?.detail ?? sentence`Sent the invitation to ${member.email} again.`);
    onSent?.(sent);
  });
  return (
    <>
      <button
        type="button"
        class="text-button"
        aria-busy={resend.busy}
        aria-label={`Resend invite to ${member.email}`}
        onClick={resend.run}
      >
        Resend invite
      </button>
      <span role="alert" class="field-problem">
        {resend.problem?.message}
      </span>
    </>
  );
}
