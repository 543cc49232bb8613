/* SPDX-License-Identifier: MIT */
/* How a link is written on any page. */
import { h } from './dom.js';
import { known, t } from './i18n.js';
import { href } from './router.js';
import { badge } from './components/page.js';

const KINDS = { active: 'good', scheduled: 'note', expired: 'bad', used_up: 'bad' };

export function stateName(state) {
  return t(`state.${state}`);
}

/** The badge of a link's state; in the bin that is all there is to say. */
export function stateBadge(link) {
  const state = link.deleted_at ? 'deleted' : link.state;
  return badge(stateName(state), KINDS[state] || '');
}

/** "s.example/spring" */
export function shortName(link) {
  return link.short_url.replace(/^https?:\/\//, '');
}

/** A short link's name where it may be narrow: broken behind the domain, as what follows is what people look for. */
export function breakable(name) {
  const [host, ...rest] = name.split('/');
  return rest.length > 0 ? [h('span', { class: 'piece' }, `${host}/`), h('wbr'), h('span', { class: 'piece' }, rest.join('/'))] : name;
}

export function breakableName(link) {
  return breakable(shortName(link));
}

/** The page of a link: linkHref(link), linkHref(link, '/edit') */
export function linkHref(link, rest = '') {
  return href(`/links/${link.id}${rest}`);
}

/** "shop.example/autumn" of a target, for a line of its own. */
export function targetName(url) {
  return url.replace(/^https?:\/\/(www\.)?/, '');
}

/** A warning of the API as a sentence: a word of it, or {code, detail}. */
export function warningText(warning) {
  if (typeof warning === 'object') {
    return warning.detail;
  }
  return known(`warning.${warning}`) ? t(`warning.${warning}`) : warning;
}

/** Sentences for the warnings a link carries. */
export function warningTexts(link) {
  return (link.warnings || []).map(warningText);
}
