import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

const FOLDERS = { 'docs/': '', 'decisions/README.md': 'decisions/index.md', 'README.md': 'index.md' }

/** Where a page of the repository stands in the site: docs/ is its top, a README is the page of its folder. */
export function place(page) {
  return Object.entries(FOLDERS).reduce((at, [from, to]) => (at.startsWith(from) ? to + at.slice(from.length) : at), page)
}

/** The anchor that GitHub gives a heading, as in the links between pages. */
export function anchor(heading) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\-_ ]/gu, '').replaceAll(' ', '-')
}

function title(page) {
  const heading = fs.readFileSync(path.join(root, page), 'utf8').match(/^# (.*)$/m)
  if (!heading) throw new Error(`${page} has no heading`)
  return heading[1].replaceAll('`', '')
}

function entry(page) {
  return { text: title(page), link: '/' + place(page).replace(/\.md$/, '').replace(/index$/, '') }
}

/** The pages in the same folder or below that a page leads to, each once, in the order of its links. */
function listed(page) {
  const links = fs.readFileSync(path.join(root, page), 'utf8').matchAll(/\]\(([^):#]+\.md)/g)
  const pages = [...links].map((link) => path.posix.join(path.posix.dirname(page), link[1]))
  return [...new Set(pages)]
}

const lectures = listed('docs/lectures.md').filter((page) => page.startsWith('docs/lectures/'))
const decisions = listed('docs/decisions/README.md').filter((page) => page.startsWith('docs/decisions/'))

const groups = [
  ['Guide', ['getting-started', 'tensors', 'derivatives', 'explain', 'building-models', 'training', 'saving', 'minimisers', 'coming-from-pytorch', 'troubleshooting']],
  ['Reference', ['operations', 'numerics', 'performance', 'kernels', 'benchmarks']],
  ['The project', ['testing', 'adding-an-operation', 'writing-a-lesson']],
].map(([text, names]) => ({ text, pages: names.map((name) => `docs/${name}.md`) }))
const [, reference, project] = groups

// A page that nobody has put anywhere is found under reference.
const placed = new Set(['docs/lectures.md', ...groups.flatMap((group) => group.pages)])
const others = fs.readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
reference.pages.push(...others.filter((page) => !placed.has(page)).sort())
project.pages = ['CHANGELOG.md', 'CONTRIBUTING.md', ...project.pages, 'docs/decisions/README.md', ...decisions]
project.collapsed = true
groups.splice(1, 0, { text: 'Lectures', pages: ['docs/lectures.md', ...lectures] })

/** Refuses a page that one could not find by the sidebar. */
export function requireListed(pages) {
  const known = new Set(['README.md', ...groups.flatMap((group) => group.pages)])
  const forgotten = pages.filter((page) => !known.has(page))
  if (forgotten.length) throw new Error(`not in the sidebar, see site/.vitepress/pages.mjs: ${forgotten.join(', ')}`)
}

export const sidebar = groups.map(({ text, collapsed, pages }) => ({ text, collapsed: collapsed ?? false, items: pages.map(entry) }))
