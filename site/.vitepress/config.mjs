import { createRequire } from 'node:module'
import path from 'node:path'
import { defineConfig } from 'vitepress'
import { copyFiles, followRepository, indentedCode } from './markdown.mjs'
import { checkLinks } from './links.mjs'
import { anchor, place, requireListed, root, sidebar } from './pages.mjs'

const require = createRequire(import.meta.url)
/** Pages with wide tables have no outline beside them, and a class for theme/pages.css. */
const WIDE = ['operations.md', 'coming-from-pytorch.md']

const ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><text x="16" y="26" font-size="30" text-anchor="middle" fill="#0072b2">∂</text></svg>'

const target = path.join(root, 'site/target')

export default defineConfig({
  title: 'autodiff',
  description: 'Reverse-mode automatic differentiation in plain Java, with a neural-network library on it',
  lang: 'en-GB',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],

  // The pages are those that GitHub shows, read where they stand.
  srcDir: root,
  srcExclude: ['autodiff-*/**', 'site/**', 'runs/**', '**/target/**'],
  rewrites: place,
  outDir: path.join(target, 'site'),
  cacheDir: path.join(target, 'cache'),

  markdown: {
    anchor: { slugify: anchor },
    config(markdown) {
      followRepository(markdown)
      indentedCode(markdown)
    },
  },
  transformPageData(page) {
    return WIDE.includes(page.relativePath) && { frontmatter: { ...page.frontmatter, aside: false, pageClass: 'wide' } }
  },
  buildEnd(site) {
    requireListed(site.pages)
    copyFiles(site.outDir)
    checkLinks(site.outDir, site.site.base)
  },

  // The pages stand outside this folder, where Node looks for no packages.
  vite: {
    resolve: { alias: { 'vue/server-renderer': require.resolve('vue/server-renderer'), vue: path.dirname(require.resolve('vue/package.json')) } },
  },

  themeConfig: {
    nav: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Lectures', link: '/lectures' },
      { text: 'Operations', link: '/operations' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    footer: { message: 'Licensed under the Apache License 2.0' },
  },
})
