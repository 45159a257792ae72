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
  text: "You haven't copied the secret, and it can't be shown again. Without it, the token is useless.",
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
  // By keyboard, by menu, from the field or from the command: what counts is that the whole secret is in the clipboard.
  const onCopy = (event: ClipboardEvent) => {
    const text = selectedText(event.target);
    if (!text.includes(token.secret)) return;
    // The field is read-only, so browsers cut nothing from it and copy nothing either.
    event.preventDefault();
    event.clipboardData?.setData("text/plain", text);
    setCopied(true);
  };
  const api = location.origin + apiBase;
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
      <div class="secret-pane" onCopy={onCopy} onCut={onCopy}>
        <Notice kind="warning">
          Copy the secret now. You won't be able to see it again after you close this pane.
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
            />
            <CopyButton text={token.secret} what="secret" wide onCopied={() => setCopied(true)} />
          </div>
        </div>
        <Example
          title="Try it with curl"
          what="curl command"
          text={`curl -H "Authorization: Bearer ${token.secret}" ${api}/me`}
          onCopied={() => setCopied(true)}
        />
        <Example
          title="Or with the leasehold command"
          what="leasehold commands"
          text={`export LEASEHOLD_URL=${api}\nexport LEASEHOLD_TOKEN=${token.secret}\nleasehold whoami`}
          onCopied={() => setCopied(true)}
        />
        <dl class="facts">
          {replaces && (
            <Fact label="Replaces">
              <code>{tokenPrefix(replaces)}</code>
            </Fact>
          )}
          <Fact label="Description">
            <bdi>{token.description}</bdi>
          </Fact>
          <Fact label="Organization">
            <bdi>{token.organization.name}</bdi>
          </Fact>
          <Fact label="Lease expires">{date(token.leaseExpiresAt)}. Each use renews it for two weeks.</Fact>
          <Fact label="Expires">{date(token.expiresAt)}</Fact>
        </dl>
      </div>
    </Pane>
  );
}

interface ExampleProps {
  readonly title: string;
  /** The name of the text, for the button that copies it. */
  readonly what: string;
  readonly text: string;
  readonly onCopied: () => void;
}

/** Commands with the secret that work as they are. */
function Example({ title, what, text, onCopied }: ExampleProps) {
  return (
    <div class="field">
      <p class="label">{title}</p>
      <div class="secret">
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- without a tab stop the keyboard cannot scroll it */}
        <pre tabIndex={0} aria-label={`Example: ${what} with the secret`}>
          <code>{text}</code>
        </pre>
        <CopyButton text={text} what={what} wide onCopied={onCopied} />
      </div>
    </div>
  );
}

/** Returns the selected text of a text field, or else of the page. */
function selectedText(target: EventTarget | null): string {
  if (target instanceof HTMLTextAreaElement) return target.value.slice(target.selectionStart, target.selectionEnd);
  return getSelection()?.toString() ?? "";
}
