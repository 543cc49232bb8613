/* SPDX-License-Identifier: MIT */
/* Every touch and every event of a customer, by days, the latest first. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { date, exactTime } from '../format.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { money, typeName } from '../deals.js';
import { loadNames, valueName } from '../values.js';
import { button } from '../components/button.js';
import { icon } from '../components/icon.js';
import { badge, card, failed, loading } from '../components/page.js';
import { fail } from '../components/toast.js';

const PAGE_ROWS = 100;
const UTM = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'];
const ICONS = { lead: 'edit', add_friend: 'user', join_group: 'users', deal: 'check', repurchase: 'restore', refund: 'left', referral: 'users' };

function linkOf(moment) {
  const { link } = moment;
  return link && h('a', { class: 'any-break', href: href(`/links/${link.id}`) }, link.title || `${link.host ? `${link.host}/` : ''}${moment.opened || link.code}`);
}

function small(parts) {
  const found = [...new Set(parts.filter(Boolean))]; // a source and an app may go by one name
  return found.length > 0 && h('p', { class: 'small soft any-break' }, found.join(' · '));
}

function event(moment) {
  const more = Object.entries(moment.metadata).map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`);
  return [h('p', { class: 'row' }, h('span', { class: 'strong' }, typeName(moment.type)),
    moment.value !== null && h('span', { class: `num ${moment.value < 0 ? 'change down' : ''}` }, money(moment.value, moment.currency)),
    moment.state !== 'joined' && badge(t(`customers.state.${moment.state}`), 'note'),
    moment.generation > 1 && badge(t('customers.generation', { n: moment.generation }))),
  linkOf(moment) && h('p', { class: 'small' }, t('customers.by_link'), ' ', linkOf(moment)),
  small([t(`customers.origin.${moment.origin}`), moment.owner && valueName('owner', moment.owner), moment.event_id, ...more])];
}

function touch(moment) {
  return [h('p', null, t('customers.clicked'), ' ', linkOf(moment) || t('customers.gone_link')),
    small([moment.source && valueName('source', moment.source), (moment.channel || moment.link?.channel) && valueName('channel', moment.channel || moment.link.channel),
      moment.link?.campaign && valueName('campaign', moment.link.campaign), moment.app && valueName('app', moment.app), moment.scene && valueName('scene', moment.scene),
      moment.generation > 1 && t('customers.generation', { n: moment.generation }), ...UTM.map((name) => moment[name] && `${name}=${moment[name]}`)])];
}

function row(moment) {
  const isEvent = moment.kind === 'event';
  return h('li', { class: `moment ${moment.kind}`, dataset: { kind: moment.kind } }, h('span', { class: 'moment-mark' }, icon(isEvent ? ICONS[moment.type] || 'flag' : 'link')),
    h('div', { class: 'moment-what' }, isEvent ? event(moment) : touch(moment)),
    h('time', { class: 'small soft num', datetime: moment.time, title: exactTime(moment.time) }, exactTime(moment.time).slice(-8)));
}

function byDays(moments) {
  const found = [];
  moments.forEach((moment) => {
    const day = date(moment.time);
    if (found.at(-1)?.day !== day) {
      found.push({ day, moments: [] });
    }
    found.at(-1).moments.push(moment);
  });
  return found.map(({ day, moments: theirs }) => h('section', null, h('h3', { class: 'small soft' }, day), h('ol', { class: 'moments' }, theirs.map(row))));
}

/** A card that fills itself. */
export function timeline(customer, signal) {
  const body = h('div', null, loading(6));
  const pages = api.pager(`/customers/${customer.id}/timeline`, { limit: PAGE_ROWS }, { signal });
  const all = [];
  const more = async () => {
    all.push(...await pages.more());
    await Promise.all(['channel', 'campaign', 'owner'].map((dim) => loadNames(dim, [])));
    replace(body, all.length === 0 ? h('p', { class: 'soft' }, t('customers.no_moments')) : h('div', { class: 'stack' }, byDays(all)),
      !pages.done && h('div', { class: 'row' }, button(t('customers.more'), { kind: 'small', run: () => more().catch(fail) })));
  };
  const first = () => more().catch((error) => error.name !== 'AbortError' && replace(body, failed(error, first)));
  first();
  return card({ title: t('customers.timeline') }, body);
}
