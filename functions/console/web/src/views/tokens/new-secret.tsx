import { useEffect, useRef, useState } from "preact/hooks";
import type { Token, TokenCreated } from "../../api/types";
import { apiBase } from "../../base";
import { Button } from "../../parts/button";
import { CopyButton } from "../../parts/copy-button";
import { Pane } from "../../parts/dialog";
import { Fact } from "../../parts/field";
import { Notice } from "../../parts/notice";
import { useUnsaved, checkUnsaved, type UnsavedText } from "../../router/navigation";
import { tokenPrefix } from "../../words/names";
import { date } from "../../words/time";

const notCopied: UnsavedText = {
  title: "Close without copying?",
  text: "You have not copied the secret, and it cannot be shown again. Without it the token is of no use.",
  discardLabel: "Close anyway",
  keepLabel: "Back to the secret",
};

interface NewSecretProps {
  readonly token: TokenCreated;
  /** The token that this one replaces, if a rotation made it. */
  readonly replaces?: Token | undefined;
  readonly onClose: () => void;
}

/** The secret of a new token, which is shown only once. */
export function NewSecret({ token, replaces, onClose }: NewSecretProps) {
  const [copied, setCopied] = useState(false);
  const secret = useRef<HTMLTextAreaElement>(null);
  useUnsaved(!copied, notCopied);
  useEffect(() => secret.current?.focus(), []);
  const close = () => checkUnsaved(onClose);
  const curl = `curl -H "Authorization: Bearer ${token.secret}" ${location.origin}${apiBase}/me`;
  return (
    <Pane
      title="Your new token"
      onClose={close}
      footer={
        <Button kind="primary" onClick={close}>
          Done
        </Button>
      }
    >
      <Notice kind="warning">
        Copy the secret now. After you close this pane it cannot be seen again, by you or by anyone.
      </Notice>
      <div class="field">
        <label for="secret">Secret</label>
        <div class="secret">
          <textarea
            id="secret"
            ref={secret}
            readOnly
            rows={3}
            spellcheck={false}
            autocomplete="off" // so that the browser stores nothing of it for when the page comes back
            value={token.secret}
            onFocus={(event) => event.currentTarget.select()}
            onCopy={() => setCopied(true)}
          />
          <CopyButton text={token.secret} what="secret" wide onCopied={() => setCopied(true)} />
        </div>
      </div>
      <div class="field">
        <p class="label">Try it</p>
        <div class="secret">
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- without a tab stop the keyboard cannot scroll it */}
          <pre tabIndex={0} aria-label="A curl command with the secret">
            <code>{curl}</code>
          </pre>
          <CopyButton text={curl} what="curl command" wide onCopied={() => setCopied(true)} />
        </div>
      </div>
      <dl class="facts">
        {replaces && (
          <Fact label="Replaces">
            <code>{tokenPrefix(replaces)}</code>
          </Fact>
        )}
        <Fact label="Description">{token.description}</Fact>
        <Fact label="Organization">{token.organization.name}</Fact>
        <Fact label="Lease expires">{date(token.leaseExpiresAt)}. Every use moves it to two weeks after.</Fact>
        <Fact label="Expires">{date(token.expiresAt)}</Fact>
      </dl>
    </Pane>
  );
}
