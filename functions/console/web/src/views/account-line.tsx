import { Button } from "../parts/button";
import { checkUnsaved } from "../router/navigation";
import { switchAccount } from "../session/sign-out";

/** Which account is signed in, with a way to use another one for the same address. */
export function AccountLine({ email }: { readonly email: string }) {
  return (
    <div class="account-line">
      <p>
        You&apos;re signed in as <strong>{email}</strong>.
      </p>
      <Button onClick={() => checkUnsaved(() => void switchAccount())}>Use another account</Button>
    </div>
  );
}
