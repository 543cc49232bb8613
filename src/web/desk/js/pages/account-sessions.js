/* SPDX-License-Identifier: MIT */
/* Where one is signed in, and the button that ends it everywhere else. */
import * as api from '../api.js';
import { h, replace } from '../dom.js';
import { ago, dateTime } from '../format.js';
import { t } from '../i18n.js';
import { button } from '../components/button.js';
import { confirm } from '../components/dialog.js';
import { badge, failed } from '../components/page.js';
import { fail, toast } from '../components/toast.js';

// the first that fits: whoever pretends to be another names itself as well
const BROWSERS = [[/MicroMessenger/, 'WeChat'], [/Edg\w*\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari']];
const SYSTEMS = [[/iPhone|iPad/, 'iOS'], [/HarmonyOS/, 'HarmonyOS'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux']];

/** "Chrome · Windows" of a User-Agent; what is not known is called what it calls itself. */
export function browserName(agent) {
  const known = [BROWSERS, SYSTEMS].map((rows) => rows.find(([pattern]) => pattern.test(agent || ''))?.[1]).filter(Boolean);
  return known.join(' · ') || (agent || '').split(' ')[0] || t('account.some_browser');
}

function row(session) {
  const facts = [t(`account.by.${session.by}`), session.network, t('account.since', { time: dateTime(session.created_at) })].filter(Boolean);
  return h('li', { class: 'session-row' },
    h('div', { class: 'grow' }, h('p', { class: 'strong', title: session.browser }, browserName(session.browser)), h('p', { class: 'small soft any-break' }, facts.join(' · '))),
    session.current ? badge(t('account.here'), 'good') : h('span', { class: 'small soft', title: dateTime(session.seen_at) }, t('account.seen', { when: ago(session.seen_at) })));
}

/** sessionsList(signal of the page) -> {element, load()} */
export function sessionsList(signal) {
  const element = h('div', { class: 'stack' });
  const load = async () => {
    try {
      const { items } = await api.get('/me/sessions', null, { signal });
      const others = items.filter((one) => !one.current).length;
      replace(element, h('ul', { class: 'session-list' }, items.sort((a, b) => b.current - a.current).map(row)),
        others > 0 ? h('div', null, button(t('account.end_others'), { icon: 'logout', run: endOthers })) : h('p', { class: 'soft small' }, t('account.only_here')));
    } catch (error) {
      if (error.name !== 'AbortError') {
        replace(element, failed(error, load));
      }
    }
  };
  const endOthers = async () => {
    if (await confirm({ title: t('account.end_title'), text: t('account.end_text'), action: t('account.end_others') })) {
      try {
        await api.del('/me/sessions');
        toast(t('account.ended'));
        await load();
      } catch (error) {
        fail(error);
      }
    }
  };
  return { element, load };
}
