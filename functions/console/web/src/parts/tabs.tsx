import { Link } from "../router/link";

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly to: string; readonly text: string; readonly current: boolean }[];
}

/** Links to the views of one resource. They are links and not tab widgets because each has an address. */
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
