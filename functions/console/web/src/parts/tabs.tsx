import { Link } from "../router/link";

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly to: string; readonly text: string; readonly current: boolean }[];
}

/** The views of one thing, each with its own address: links, not tab widgets. */
export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ to, text, current }) => (
        <Link key={to} to={to} current={current ? "page" : undefined}>
          {text}
        </Link>
      ))}
    </nav>
  );
}
