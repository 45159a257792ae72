import { render } from "preact";
import { App } from "./app";
import { followHistory } from "./router/navigation";
import { setCredentials } from "./api/client";
import { refusals } from "./api/me";
import { sessionEndReason } from "./session/end-reason";
import { bearer, endSession } from "./session/session";
import { followSignOut } from "./session/sign-out";
import { applyTheme } from "./shell/theme";
import "./style/index.css";

// The address changes without a page load, so resolve the relative address of the icon once.
for (const icon of document.querySelectorAll<HTMLLinkElement>("link[rel=icon]")) icon.setAttribute("href", icon.href);
setCredentials({
  token: bearer,
  onRefused: (problem) => endSession(sessionEndReason(problem)),
  onForbidden: () => refusals.set(refusals.value + 1),
});
applyTheme();
followHistory();
followSignOut();
const root = document.getElementById("console");
if (root) render(<App />, root);
