import fs from 'node:fs'
import path from 'node:path'
import { place, root } from './pages.mjs'

const files = new Set()

/**
 * Turns links between files of the repository into links of the site: a page has its place here, and any other file is
 * copied, so that whoever reads the site needs no repository beside it.
 */
export function followRepository(markdown) {
  const before = markdown.renderer.rules.link_open
  markdown.renderer.rules.link_open = (tokens, i, options, env, self) => {
    const [target, heading] = tokens[i].attrGet('href').split('#', 2)
    if (target && !/^[a-z]+:/.test(target)) {
      const file = path.relative(root, path.resolve(path.dirname(env.realPath ?? env.path), decodeURI(target)))
      const to = file.endsWith('.md') ? place(file) : copied(file)
      tokens[i].attrSet('href', '/' + to + (heading ? '#' + heading : ''))
      if (!file.endsWith('.md')) tokens[i].attrSet('target', '_blank')
    }
    return before(tokens, i, options, env, self)
  }
}

function copied(file) {
  if (!fs.statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile()) throw new Error(`a page leads to ${file}, which is no file`)
  files.add(file)
  return target(file)
}

/** Browsers show text, but would rather save a Java file. */
function target(file) {
  return 'files/' + (/\.(png|gif|svg|html|ipynb)$/.test(file) ? file : file + '.txt')
}

/** Copies what pages lead to into the finished site. */
export function copyFiles(folder) {
  for (const file of files) {
    const to = path.join(folder, target(file))
    fs.mkdirSync(path.dirname(to), { recursive: true })
    fs.copyFileSync(path.join(root, file), to)
  }
}

const COMMAND = /^(\.\/|java|mvn|mkdir|cd |npm|docs\/|autodiff\/|AUTODIFF=)/

/** Shows indented code like fenced code: what one types into a shell, or a formula. */
export function indentedCode(markdown) {
  markdown.renderer.rules.code_block = (tokens, i, options, env, self) => {
    tokens[i].content = tokens[i].content.trimEnd() // else an empty line is shown below
    tokens[i].info = COMMAND.test(tokens[i].content) ? 'sh' : ''
    return markdown.renderer.rules.fence(tokens, i, options, env, self)
  }
}
