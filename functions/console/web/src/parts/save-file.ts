const REVOCATION_DELAY = 60_000;

/** Offers a text to the person as a file of type JSON, as if they had followed a link to it. */
export function saveJson(name: string, text: string): void {
  saveFile(name, new Blob([text], { type: "application/json" }));
}

/** Offers a file to the person, as if they had followed a link to it. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the file after the click.
  setTimeout(() => URL.revokeObjectURL(url), REVOCATION_DELAY);
}
