// Finds links and paths of the documents that do not exist. test/unit/docs.test.ts runs the check.
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/*.md']
const LINK = /\]\(([^)\s]+)\)/g
const EXTERNAL = /^[a-z]+:/
const CODE = /`([^`\n]+)`/g
/** A file of the repository, with or without its folder, or a folder that holds files. */
const FILE = /^[\w.-]+(?:\/[\w.*-]+)*\.(?:ts|sql|md|json|prisma|graphql|py|txt)$/
const FOLDER =
  /^(?:src|worker|schema|test|docs|bench|scripts|prisma|demo|examples|listen|persisted-operations)(?:\/[\w-]+)*\/?$/
const HEADING = /^#+ (.+)$/gm

/** Lists each broken link, anchor and path as `document: path`. A file without a folder may stand in any folder. */
export function findBrokenPaths(): string[] {
  const names = new Set(
    globSync('{src,worker,schema,test,docs,bench,scripts,prisma,demo,examples,listen}/**/*.*', { cwd: root }).map(
      (file) => path.basename(file),
    ),
  )
  const exists = (file: string) =>
    file.includes('*')
      ? globSync(file, { cwd: root }).length > 0
      : existsSync(path.join(root, file)) || (!file.includes('/') && names.has(file))
  return globSync(DOCUMENTS, { cwd: root }).flatMap((document) => {
    const text = readFileSync(path.join(root, document), 'utf8').replace(/^```[\s\S]*?^```/gm, '')
    const links = [...text.matchAll(LINK)].map(([, link]) => link!).filter((link) => !EXTERNAL.test(link))
    const paths = [...text.matchAll(CODE)].map(([, code]) => code!)
    return [
      ...links.filter((link) => !leadsSomewhere(document, link)),
      ...paths.filter((code) => (FILE.test(code) || FOLDER.test(code)) && !exists(code)),
    ].map((broken) => `${document}: ${broken}`)
  })
}

function leadsSomewhere(document: string, link: string): boolean {
  const [file, anchor] = link.split('#')
  const target = file === '' ? document : path.join(path.dirname(document), file!)
  if (!existsSync(path.join(root, target))) return false
  return anchor === undefined || anchorsOf(target).includes(anchor)
}

/** Anchors as GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  const text = readFileSync(path.join(root, document), 'utf8')
  return [...text.matchAll(HEADING)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

if (import.meta.main) {
  const broken = findBrokenPaths()
  for (const line of broken) console.error(line)
  console.log(broken.length === 0 ? 'Links and paths of the documents exist.' : `${broken.length} do not exist.`)
  process.exitCode = broken.length === 0 ? 0 : 1
}
