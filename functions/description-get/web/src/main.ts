import "./zod";
// A separate statement, so that it is loaded after the line above has run.
const { show } = await import("./reference");

show("#docs");

export {};
