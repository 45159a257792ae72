import { useEffect, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import { consoleBase } from "../base";
import { navigate } from "../router/navigation";
import { completeSignIn } from "../session/sign-in";
import { Boot } from "./boot";
import { SignInCard } from "./signed-out";

// The code in the address works once, so it is traded once, however often this is rendered.
let completion: ReturnType<typeof completeSignIn> | undefined;

/** Back from the identity provider: trades what it sent for a session, and goes on to where the person wanted to be. */
export function SignInCallback({ onRefused }: { readonly onRefused: (message: string | undefined) => void }) {
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    completion ??= completeSignIn(location.search);
    completion.then(
      ({ returnTo, refused }) => {
        onRefused(refused?.message);
        navigate(returnTo.slice(consoleBase.length) || "/", { replace: true });
      },
      (thrown: unknown) => setProblem(asProblem(thrown)),
    );
  }, [onRefused]);
  return problem ? <SignInCard reason={problem.message} returnTo={consoleBase} /> : <Boot />;
}
