import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'

interface Labelled {
  label: string
  hint?: string | undefined
  /** The broken rule, as the server words it. */
  fault?: string | undefined
}

/** A label, its control, and a hint and fault that screen readers read with the control. */
function Field({
  label,
  hint,
  fault,
  children,
}: Labelled & {
  children: (control: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode
}) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-about`, 'aria-invalid': fault !== undefined })}
      <div id={`${id}-about`}>
        {fault !== undefined && <p className="fault">{fault}</p>}
        {hint !== undefined && <p className="hint">{hint}</p>}
      </div>
    </div>
  )
}

export function TextField({ label, hint, fault, ...input }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(control) => <input {...input} {...control} />}
    </Field>
  )
}

interface SelectProps extends Labelled, SelectHTMLAttributes<HTMLSelectElement> {
  /** Pairs of value and text. */
  options: readonly (readonly [value: string, text: string])[]
}

export function SelectField({ label, hint, fault, options, ...select }: SelectProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(control) => (
        <select {...select} {...control}>
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

export function CheckField({ label, ...input }: { label: string } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className="check">
      <input {...input} type="checkbox" /> {label}
    </label>
  )
}

export function TextAreaField({ label, hint, fault, ...area }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(control) => <textarea {...area} {...control} />}
    </Field>
  )
}
