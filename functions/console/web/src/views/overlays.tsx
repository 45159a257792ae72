import { usePerson } from "../console-context";
import { useOverlay } from "../router/navigation";
import { lazyOverlay } from "./lazy";

const CommandMenu = lazyOverlay("commands", async () => (await import("./commands/command-menu")).CommandMenu);
const KeyList = lazyOverlay("keys", async () => (await import("./commands/key-list")).KeyList);

/** The form for a new organization. */
export const NewOrganization = lazyOverlay(
  "new organization",
  async () => (await import("../shell/new-organization")).NewOrganization,
);

/** What is open over the current view, if anything. */
export function Overlays() {
  const { setMe } = usePerson();
  switch (useOverlay()) {
    case "commands":
      return <CommandMenu />;
    case "keys":
      return <KeyList />;
    case "organization":
      return <NewOrganization setMe={setMe} />;
    default:
      return null;
  }
}
