import type { Problem } from "../../api/problem";
import { useContacts } from "../../api/queries";
import { useConsole } from "../../console-context";
import { Field } from "../../parts/field";

/** What can be entered about a service account. */
export interface AccountValues {
  readonly name: string;
  readonly contactEmail: string;
}

interface AccountFieldsProps {
  readonly values: AccountValues;
  readonly onChange: (values: Partial<AccountValues>) => void;
  readonly problem: Problem | undefined;
  readonly autofocus?: boolean;
}

/** The fields for the name and the contact of a service account. The first members are suggested as contacts. */
export function AccountFields({ values, onChange, problem, autofocus = false }: AccountFieldsProps) {
  const { org } = useConsole();
  const members = useContacts(org);
  const people = members.data?.items.filter((m) => !m.serviceAccount && m.role !== "deny") ?? [];
  return (
    <>
      <Field
        label="Name"
        value={values.name}
        onInput={(name) => onChange({ name })}
        required
        autofocus={autofocus}
        placeholder="Deployment pipeline"
        hint="Members and the audit log show this name."
        problem={problem?.field("name")}
      />
      <Field
        label="Contact email"
        type="email"
        value={values.contactEmail}
        onInput={(contactEmail) => onChange({ contactEmail })}
        required
        maxLength={254}
        suggestions={people.map((m) => [m.email, m.displayName] as const)}
        hint="An active member of the organization, who gets the emails about tokens that expire."
        problem={problem?.field("contactEmail")}
      />
    </>
  );
}
