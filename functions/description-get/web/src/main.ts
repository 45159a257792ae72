import "./zod";
// Loaded by a statement of its own, after the line above has run.
const { show } = await import("./reference");

show("#docs");

export {};
