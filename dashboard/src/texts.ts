/** Every text of the dashboard, by the part that shows it. Texts with a number or name are functions. */
export * as texts from './texts/all.ts'
