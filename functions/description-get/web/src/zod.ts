// Zod, which Scalar checks its configuration with, compiles functions from text if it can. The page's policy forbids that,
// and the browser would report each attempt. Zod reads this setting when it is loaded, so it must be there before.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
