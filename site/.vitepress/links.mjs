import fs from 'node:fs'
import path from 'node:path'
import { parse } from 'node-html-parser'

/**
 * Follows each link of the generated pages to a file of the site, and to the place in it. VitePress looks for missing pages,
 * but not for missing headings, pictures and other files. What lies elsewhere in the net is not asked for.
 */
export function checkLinks(folder, base) {
  const pages = new Map()
  for (const file of fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html'))) {
    const html = parse(fs.readFileSync(path.join(folder, file), 'utf8'))
    const links = html.querySelectorAll('[href], [src]').map((e) => e.getAttribute('href') ?? e.getAttribute('src'))
    const ids = html.querySelectorAll('[id]').map((e) => e.id)
    pages.set(file, { links, ids: new Set(ids) })
  }
  const dead = []
  let checked = 0
  for (const [file, { links }] of pages) {
    for (const link of links.filter((name) => !/^[a-z]+:/.test(name))) {
      const url = new URL(link, `file://${base}${file}`)
      const at = decodeURIComponent(url.pathname).slice(base.length).replace(/(^|\/)$/, '$1index.html')
      const id = decodeURIComponent(url.hash.slice(1))
      const exists = pages.has(at) || fs.existsSync(path.join(folder, at))
      if (!exists || (id && pages.has(at) && !pages.get(at).ids.has(id))) dead.push(`${file}: ${link}`)
      checked++
    }
  }
  if (dead.length) throw new Error(`dead links:\n${dead.join('\n')}`)
  console.log(`${checked} links of ${pages.size} pages lead somewhere`)
}
