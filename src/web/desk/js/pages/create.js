/* SPDX-License-Identifier: MIT */
/* A new link: one box for the address, where it will be posted, and the rest for who wants it. */
import * as api from '../api.js';
import { append, h, replace } from '../dom.js';
import { t } from '../i18n.js';
import { linkHref, shortName, targetName, warningTexts } from '../link.js';
import { watchAlias, watchTarget } from '../linkcheck.js';
import { linkFields, toApi, UTM } from '../linkform.js';
import * as places from '../places.js';
import { can } from '../session.js';
import { button } from '../components/button.js';
import { copyButton } from '../components/copy.js';
import { form, submitButton } from '../components/form.js';
import { icon } from '../components/icon.js';
import { card, notice, pageHead } from '../components/page.js';
import { qrDownloads, qrImage } from '../components/qr.js';
import { problemText } from '../components/toast.js';

const FROM_ADDRESS = ['url', 'alias', 'domain', 'title', 'campaign', 'channel', 'owner', 'customer', 'click_id_param', 'notes', ...UTM];

/** A part of the form that is folded away until it is wanted. */
export function more(title, hint, open, ...children) {
  return h('details', { class: 'more', open }, h('summary', null, icon('right'), h('span', null, title), h('span', { class: 'soft small' }, hint)), h('div', { class: 'stack' }, children));
}

/** All fields in their places; `target` is what watchTarget() gave. */
export function layout(fields, target, head = []) {
  const at = (...names) => names.map((name) => fields[name]?.element);
  return [
    head, at('url'),
    h('div', { class: 'pair' }, at('channel', 'campaign')),
    h('div', { class: 'pair' }, at('alias', 'domain', 'title')),
    at('tags'),
    more(t('create.utm'), t('create.utm_hint'), UTM.some((name) => fields[name].get()), h('div', { class: 'pair' }, at(...UTM))),
    target.element,
    more(t('create.more'), t('create.more_hint'), false,
      h('div', { class: 'pair' }, at('valid_from', 'valid_until', 'max_clicks', 'fallback_url', 'owner', 'customer', 'external_id', 'redirect_status', 'click_id_param')),
      at('forward_query', 'notes')),
  ];
}

/** What was made: big, with the one button that matters. */
function made(link, again) {
  const copy = copyButton(() => link.short_url, { kind: 'main big', label: t('create.copy') });
  const title = h('h2', { tabindex: '-1' }, t('create.made'));
  const codePlace = h('div', { class: 'made-qr stack tight' });
  const drawCode = () => replace(codePlace, qrImage(link), h('div', { class: 'row' }, qrDownloads(link, 'small', drawCode)));
  drawCode();
  const element = h('section', { class: 'card made', 'aria-label': t('create.made') },
    h('div', { class: 'made-main stack' },
      h('div', { class: 'row' }, h('span', { class: 'made-tick' }, icon('check')), title),
      h('p', { class: 'made-url any-break' }, h('a', { href: link.short_url, target: '_blank', rel: 'noopener' }, shortName(link))),
      h('p', { class: 'soft small cut', title: link.url }, '→ ', targetName(link.url)),
      h('div', { class: 'row' }, copy, button(t('create.details'), { kind: 'big', href: linkHref(link) })),
      warningTexts(link).map((text) => notice('', text)),
      h('div', { class: 'row' }, button(t('create.again'), { kind: 'small', icon: 'add', run: () => again({}) }),
        button(t('create.again_same'), { kind: 'small', icon: 'layers', run: () => again(link) }))),
    codePlace);
  return { element, focus: () => copy.focus() };
}

export async function show(view) {
  view.setTitle(t('create.page'));
  append(view.el, pageHead({ title: t('create.page'), lead: t('create.lead') }));
  if (!can('links:write')) {
    view.el.append(notice('', t('create.not_allowed')));
    return;
  }
  const domains = await places.all('/domains');
  const result = h('div');
  const place = h('div');
  append(view.el, h('div', { class: 'stack create-page' }, result, place));

  /** Draws the form anew, filled with `start`. */
  const draw = async (start, fresh) => {
    const fields = await linkFields(start, { domains });
    const target = watchTarget(fields);
    const submit = submitButton(t('create.submit'), 'main big wide');
    const box = form({
      fields: Object.values(fields), submit, draft: fresh ? 'new-link' : undefined,
      body: [layout(fields, target), submit],
      onSubmit: async () => {
        await target.settle();
        const body = Object.fromEntries(Object.entries(toApi(box.values())).filter(([, value]) => value !== null));
        const link = await send(body, fields);
        if (link) {
          box.clearDraft();
          const done = made(link, (next) => {
            replace(result);
            draw(next.id ? { url: next.url, campaign: next.campaign, tags: next.tags } : {}, true);
          });
          replace(result, done.element);
          done.focus();
          window.scrollTo(0, 0);
          await draw({ campaign: link.campaign, tags: link.tags }, true);
          done.focus();
        }
      },
    });
    replace(place, card({}, box.element));
    watchAlias(fields);
    fields.url.control.focus();
  };
  const start = Object.fromEntries(FROM_ADDRESS.map((name) => [name, view.query.get(name)]).filter(([, value]) => value));
  if (view.query.get('tags')) {
    start.tags = view.query.get('tags').split(',');
  }
  await draw(start, Object.keys(start).length === 0);
}

/** The link; or null when the alias is taken by a link of the same target, which is shown instead of an error. */
async function send(body, fields) {
  try {
    return await api.post('/links', body);
  } catch (problem) {
    if (problem.status === 409 && problem.body.existing && !problem.fields.size) {
      fields.alias.setError(problemText(problem));
      fields.alias.control.focus();
      return null;
    }
    throw problem;
  }
}
