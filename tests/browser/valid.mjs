// HTML held to its standard, by another's judgement.
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Judges with the html-validate that is in `modules`: gives what is wrong in a text, or in what a page has become. */
export function judging(modules) {
  const { HtmlValidate } = createRequire(join(modules, 'package.json'))('html-validate')
  // A table whose rows stand in no <tbody> is in order: the browser puts one there.
  const validator = new HtmlValidate({ extends: ['html-validate:standard', 'html-validate:a11y'], rules: { 'prefer-tbody': 'off' } })
  const wrongInText = async (text) => (await validator.validateString(text)).results.flatMap(({ messages }) => messages.map(({ ruleId, message, line }) => `${line}: ${ruleId}: ${message}`))
  const wrongInPage = async (page) => wrongInText('<!DOCTYPE html>\n' + await page.evaluate(() => {
    const copy = document.documentElement.cloneNode(true)
    for (const one of copy.querySelectorAll('script, style')) one.remove()
    return copy.outerHTML
  }))
  return { wrongInText, wrongInPage }
}
