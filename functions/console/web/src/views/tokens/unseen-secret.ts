import type { UnsavedText } from "../../router/navigation";

/** Asks before the person leaves while a token is being created, because its secret is shown only once. */
export const unseenSecret: UnsavedText = {
  title: "Leave before the secret is shown?",
  text: "The token is being created. Its secret is shown only once, and you won't see it if you leave now.",
  discardLabel: "Leave anyway",
  keepLabel: "Wait",
};
