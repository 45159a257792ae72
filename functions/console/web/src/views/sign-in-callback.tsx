import { useEffect, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import { consoleBase } from "../base";
import { navigate } from "../router/navigation";
import { completeSignIn } from "../session/sign-in";
import { Boot } from "./boot";
import { SignInCard } from "./signed-out";

// The authorization code works only once, so it is exchanged once, however often the component renders.
let completion: ReturnType<typeof completeSignIn> | undefined;

/** Exchanges the identity provider's response for a session and opens the page the person asked for. */
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
