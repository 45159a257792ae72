// The console is served at <stage>/console and the API at <stage>; which stage, only the address says.
const match = /^(.*?)\/console(?=\/|$)/.exec(location.pathname);

/** Path of the API, without a slash at the end: "/v1". */
export const apiBase = match?.[1] ?? "";

/** Path of the console, without a slash at the end: "/v1/console". */
export const consoleBase = `${apiBase}/console`;
