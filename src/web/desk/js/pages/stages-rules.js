/* SPDX-License-Identifier: MIT */
/* What rules about customers are about: a link or one of what links are filed under, or a kind of event. */
import * as api from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import * as places from '../places.js';
import { href } from '../router.js';
import { EVENT_TYPES, typeName } from '../deals.js';
import { loadNames, valueName } from '../values.js';
import { combobox } from '../components/combobox.js';
import { selectField } from '../components/field.js';

async function links(text) {
  const page = await api.get('/links', { q: text, limit: 20 });
  return page.items.map((link) => ({ value: link.id, label: link.title || link.aliases[0] || link.code, hint: link.aliases[0] || link.code }));
}

async function types(text) {
  return EVENT_TYPES.filter((type) => `${typeName(type)} ${type}`.toLowerCase().includes(text.toLowerCase())).map((type) => ({ value: type, label: typeName(type), hint: type }));
}

const SOURCES = { link: links, campaign: places.campaign, channel: places.channel, tag: places.tag, link_tag: places.tag, type: types };

/** {about, which}: two fields, the second of which offers what the first says; `kinds` are members of a rule. */
export function aboutFields(kinds) {
  const about = selectField({ name: 'about', label: t('rule.about'), options: kinds.map((kind) => [kind, t(`rule.about.${kind || 'any'}`)]), value: kinds[0] });
  const which = combobox({ name: 'which', label: t('rule.which'), source: async (text) => (SOURCES[about.get()] ? SOURCES[about.get()](text) : []) });
  const fit = () => {
    which.set('');
    which.setNote(about.get() === 'channel' ? t('rule.which_channel') : '');
    which.element.hidden = about.get() === '';
  };
  about.control.addEventListener('change', fit);
  fit();
  return { about, which };
}

/** Which of its members a rule is about; '' when none. */
export function aboutOf(rule, kinds) {
  return kinds.find((kind) => kind && rule[kind] !== null && rule[kind] !== undefined) || '';
}

/** In words: "channel Poster". */
export function aboutWords(rule, kinds) {
  const kind = aboutOf(rule, kinds);
  if (!kind) {
    return t('rule.about.any');
  }
  if (kind === 'type') {
    return typeName(rule.type);
  }
  const name = valueName(kind === 'link_tag' ? 'tag' : kind, rule[kind]);
  return [t(`rule.about.${kind}`), ' ', kind === 'link' ? h('a', { class: 'any-break', href: href(`/links/${rule.link}`) }, name) : h('span', { class: 'strong any-break' }, name)];
}

/** So that aboutWords() knows the names. */
export async function loadAbouts(rules) {
  await Promise.all([...['campaign', 'channel', 'tag'].map((dim) => loadNames(dim, [])), loadNames('link', rules.map((rule) => rule.link))]);
}

/** What the API says of one of the members belongs to the one box there is for all. */
export function named(problem, kinds) {
  kinds.filter((kind) => problem.fields?.has(kind)).forEach((kind) => {
    problem.fields.set('which', problem.fields.get(kind));
    problem.fields.delete(kind);
  });
  return problem;
}
