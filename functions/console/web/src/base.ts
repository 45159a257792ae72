// The console is served at <stage>/console and the API at <stage>. The stage is known only from the address.
const match = /^(.*?)\/console(?=\/|$)/.exec(location.pathname);

/** The path of the API without a trailing slash: "/v1". */
export const apiBase = match?.[1] ?? "";

/** The path of the console without a trailing slash: "/v1/console". */
export const consoleBase = `${apiBase}/console`;
