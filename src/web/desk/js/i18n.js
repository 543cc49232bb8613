/* SPDX-License-Identifier: MIT */
/*
 * Words of both languages. i18n/zh-CN.js and i18n/en.js hold those of the frame and the components; each page has a file
 * of its own beside them (i18n/zh-CN/links.js), which its route names and the router loads before the page is shown.
 */
import * as prefs from './prefs.js';

export const LANGUAGES = ['zh-CN', 'en'];
let words = {};
const loaded = new Set();

export function lang() {
  return prefs.get('lang') || document.documentElement.lang || 'en';
}

export function isChinese() {
  return lang() === 'zh-CN';
}

async function load(name) {
  const file = name ? `${lang()}/${name}` : lang();
  const module = await import(`./i18n/${file}.js`);
  Object.assign(words, module.default);
  loaded.add(name);
}

/** Before the first t(). */
export async function startWords() {
  document.documentElement.lang = lang();
  await load('');
}

export async function loadWords(names = []) {
  await Promise.all(names.filter((name) => !loaded.has(name)).map(load));
}

/** The caller shows everything anew. */
export async function setLang(value) {
  prefs.set('lang', value);
  document.documentElement.lang = value;
  words = {};
  await Promise.all([...loaded].map(load));
}

/**
 * t('links.count', {n: 3}): {name} is replaced; "{n} link|{n} links" is singular and plural by n (one form will do where
 * a language has no more). A key without a word shows itself.
 */
export function t(key, values = {}) {
  let text = words[key] ?? key;
  if (text.includes('|') && values.n !== undefined) {
    const forms = text.split('|');
    text = new Intl.PluralRules(lang()).select(Number(values.count ?? values.n)) === 'one' ? forms[0] : forms.at(-1);
  }
  return text.replace(/\{(\w+)\}/g, (all, name) => (values[name] === undefined ? all : String(values[name])));
}

/** Is there a word of that key: for codes of the API that the desk may not know yet. */
export function known(key) {
  return words[key] !== undefined;
}

/** The name of a label (campaign, channel, tag …) in the reader's language, or another. */
export function labelName(label, language = lang()) {
  const names = label.names || {};
  return (language === 'zh-CN' ? names.zh : names.en) || label.name || label.key;
}
