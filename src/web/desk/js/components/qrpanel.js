/* SPDX-License-Identifier: MIT */
/* How a QR code looks, judged before the server has to refuse it; and how many of them stand on a printed page. */
import * as api from '../api.js';
import { debounce, h, replace } from '../dom.js';
import { number } from '../format.js';
import { t } from '../i18n.js';
import { shortName } from '../link.js';
import { can } from '../session.js';
import { button } from './button.js';
import { dialog } from './dialog.js';
import { selectField, switchField, textField, wrapField } from './field.js';
import { icon } from './icon.js';
import { notice } from './page.js';
import { lookQuery, qrLook, qrSave, qrUrl, setQrLook } from './qr.js';
import { fail, toast } from './toast.js';

const CONTRAST_MIN = 4; // below it the server refuses
const CONTRAST_GOOD = 7;
const REDRAW_AFTER_MS = 180;
const REFS_A_SHEET = 200; // the server takes 4 KiB of address
const PER_PAGE = [1, 2, 4, 6, 9, 12, 16, 20, 24, 30];
const PER_PAGE_USUAL = 12;
const COLOURS = [['#000000', '#ffffff'], ['#08524a', '#ffffff'], ['#1a3c6e', '#ffffff'], ['#8a1c2b', '#fff8f0'], ['#3d2a6b', '#f6f2ff']];
const LOGO_MAX = 1024 * 1024;

/* ---- colours ------------------------------------------------------------------------------------------------------ */

function luminance(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

/** '' when phones can tell the two apart; else why not: {text, bad}. WCAG 2.2, "contrast ratio". */
function colourFault({ dark, light }) {
  const [a, b] = [luminance(dark), luminance(light)];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (a > b) {
    return { text: t('qr.inverted'), bad: true };
  }
  if (ratio < CONTRAST_MIN) {
    return { text: t('qr.low_contrast'), bad: true };
  }
  return ratio < CONTRAST_GOOD ? { text: t('qr.fair_contrast'), bad: false } : null;
}

function colourField(name, label, value) {
  const control = h('input', { type: 'color', class: 'colour', name, value });
  return wrapField({ name, label, control, get: () => control.value, set: (colour) => { control.value = colour; } });
}

/* ---- the logo ----------------------------------------------------------------------------------------------------- */

async function hasLogo() {
  try {
    await api.call('GET', '/qr-logo', { headers: { Accept: 'image/png' } });
    return true;
  } catch (problem) {
    if (problem.status === 404) {
      return false;
    }
    throw problem;
  }
}

/** The switch, and where there is no picture yet (or an admin wants another) a way to give one. */
function logoField(look, changed) {
  const field = switchField({ name: 'logo', label: t('qr.logo'), hint: t('qr.logo_hint'), value: look.logo });
  const file = h('input', { type: 'file', class: 'unseen', accept: 'image/png,image/jpeg', tabindex: '-1', 'aria-label': t('qr.logo_choose') });
  const place = h('div', { class: 'row' });
  const give = async () => {
    const picture = file.files[0];
    file.value = '';
    if (!picture) {
      return;
    }
    if (picture.size > LOGO_MAX || !/^image\/(png|jpeg)$/.test(picture.type)) {
      field.setError(t('qr.logo_kind'));
      return;
    }
    field.setError('');
    try {
      await api.call('PUT', '/qr-logo', { body: picture, headers: { 'Content-Type': picture.type } });
      field.set(true);
      toast(t('qr.logo_set'));
      changed();
    } catch (problem) {
      field.setError(problem.message || t('qr.logo_kind'));
    }
  };
  const offer = (there) => replace(place, can('admin') && [
    button(there ? t('qr.logo_other') : t('qr.logo_choose'), { kind: 'small', icon: 'upload', run: () => file.click() }),
    there && button(t('qr.logo_remove'), {
      kind: 'small plain', icon: 'trash', run: () => api.del('/qr-logo').then(() => { field.set(false); offer(false); changed(); }, fail),
    }),
  ]);
  file.addEventListener('change', give);
  field.control.addEventListener('change', async () => {
    field.setError('');
    const there = await hasLogo().catch((problem) => { fail(problem); return false; });
    if (!there && field.get()) {
      field.set(false);
      field.setError(can('admin') ? t('qr.logo_missing_admin') : t('qr.logo_missing'));
      changed();
    }
    offer(there);
  });
  if (look.logo) {
    offer(true);
  }
  field.element.append(place, file);
  return field;
}

/* ---- one code ----------------------------------------------------------------------------------------------------- */

/** The picture into the clipboard, for a chat or a slide. */
async function copyImage(link, look) {
  const picture = async () => (await api.call('GET', `/links/${api.segment(link.id)}/qr`, { query: { ...lookQuery(look), format: 'png', size: look.size }, headers: { Accept: 'image/png' } })).blob();
  if (!navigator.clipboard?.write || !window.ClipboardItem) {
    toast(t('qr.copy_unable'), { kind: 'bad' });
    return;
  }
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture() })]);
    toast(t('qr.copied'));
  } catch (error) {
    if (error.status === undefined) {
      toast(t('qr.copy_unable'), { kind: 'bad' });
    } else {
      fail(error);
    }
  }
}

function captionFields(look) {
  const own = !['0', '1'].includes(look.caption);
  const text = textField({ name: 'caption_text', label: t('qr.caption_text'), value: own ? look.caption : '', attrs: { maxlength: 40 } });
  const kind = selectField({
    name: 'caption', label: t('qr.caption'), options: ['0', '1', 'own'].map((key) => [key, t(`qr.caption.${key}`)]), value: own ? 'own' : look.caption,
  });
  const draw = () => { text.element.hidden = kind.get() !== 'own'; };
  kind.control.addEventListener('change', draw);
  draw();
  return { elements: [kind.element, text.element], get: () => (kind.get() === 'own' ? text.get() || '0' : kind.get()) };
}

function fieldsOf(look, changed) {
  const dark = colourField('dark', t('qr.dark'), look.dark);
  const light = colourField('light', t('qr.light'), look.light);
  const caption = captionFields(look);
  const size = selectField({ name: 'size', label: t('qr.size'), options: [256, 512, 1024, 2048, 4096].map((n) => [String(n), t('qr.pixels', { size: number(n) })]), value: String(look.size) });
  const margin = selectField({ name: 'margin', label: t('qr.margin'), options: [0, 1, 2, 4, 6, 8].map((n) => [String(n), t(n < 4 ? 'qr.margin_small' : 'qr.margin_n', { n })]), value: String(look.margin) });
  const level = selectField({ name: 'level', label: t('qr.level'), hint: t('qr.level_hint'), options: ['L', 'M', 'Q', 'H'].map((key) => [key, t(`qr.level.${key}`)]), value: look.level });
  const logo = logoField(look, changed);
  const swatches = h('div', { class: 'row', role: 'group', 'aria-label': t('qr.colours') }, COLOURS.map(([one, two]) => h('button', {
    class: 'swatch', type: 'button', 'aria-label': t('qr.colour_pair', { dark: one, light: two }), title: t('qr.colour_pair', { dark: one, light: two }),
    style: { background: two, color: one }, on: { click: () => { dark.set(one); light.set(two); changed(); } },
  }, h('span', { style: { background: one } }))));
  return {
    element: h('div', { class: 'stack' }, h('div', { class: 'qr-colours' }, dark.element, light.element), swatches, caption.elements, logo.element,
      h('details', { class: 'more' }, h('summary', null, icon('right'), t('qr.more')), h('div', { class: 'stack' }, h('div', { class: 'pair' }, size.element, margin.element), level.element))),
    read: () => ({
      dark: dark.get(), light: light.get(), caption: caption.get(), size: Number(size.get()), margin: Number(margin.get()), level: level.get(), logo: logo.get(),
    }),
  };
}

/** The dialog of one link's code; resolves once it is closed. What was chosen holds for all codes from then on. */
export async function qrPanel(link) {
  let look = qrLook();
  const picture = h('div', { class: 'qr-picture' });
  const fault = h('div', { role: 'status' });
  const saves = ['png', 'svg'].map((format) => button(format.toUpperCase(), {
    kind: format === 'png' ? 'main' : '', icon: 'download', run: () => qrSave(link, format, look).catch(fail), attrs: { 'aria-label': t('qr.save', { format: format.toUpperCase() }) },
  }));
  const acts = [...saves, button(t('qr.copy'), { icon: 'copy', run: () => copyImage(link, look) })];
  const draw = () => {
    look = fields.read();
    const found = colourFault(look);
    replace(fault, found && notice(found.bad ? 'bad' : '', found.text));
    acts.forEach((one) => { one.disabled = Boolean(found?.bad); });
    picture.classList.toggle('stale', Boolean(found?.bad));
    if (!found?.bad) {
      setQrLook(look);
      const next = h('img', { class: 'qr', src: qrUrl(link, { ...lookQuery(look), format: 'svg' }), alt: t('qr.alt', { name: shortName(link) }), width: 240, height: 240 });
      next.addEventListener('load', () => replace(picture, next), { once: true });
      if (!picture.firstChild) {
        picture.append(next);
      }
    }
  };
  const soon = debounce(draw, REDRAW_AFTER_MS);
  const fields = fieldsOf(look, soon);
  fields.element.addEventListener('input', soon);
  fields.element.addEventListener('change', soon);
  const box = dialog({
    title: t('qr.title'), wide: true,
    body: [
      (link.warnings || []).includes('short_url_not_public') && notice('', t('warning.short_url_not_public')),
      h('div', { class: 'qr-panel' },
        h('div', { class: 'stack tight qr-side' }, picture, h('p', { class: 'strong any-break' }, shortName(link)),
          h('p', { class: 'soft small' }, t('qr.scans', { n: number(link.counts?.scans ?? 0), count: link.counts?.scans ?? 0 })), fault),
        fields.element)],
    actions: acts,
  });
  draw();
  saves[0].focus();
  return box.closed;
}

/* ---- a page of them ----------------------------------------------------------------------------------------------- */

/** `which`: {refs: […]} or {filter}. Opens the page in another window, where the browser prints it. */
export function sheetPanel(which) {
  let perPage = PER_PAGE_USUAL;
  const look = qrLook();
  const caption = switchField({ name: 'caption', label: t('qr.sheet_caption'), value: true });
  const pages = which.refs ? Array.from({ length: Math.ceil(which.refs.length / REFS_A_SHEET) }, (_, i) => which.refs.slice(i * REFS_A_SHEET, (i + 1) * REFS_A_SHEET)) : [null];
  const place = h('div', { class: 'row' });
  const address = (refs) => api.apiUrl('/qr-sheet', {
    ...(refs ? { refs: refs.join(',') } : which.filter), ...lookQuery(look), margin: look.margin, per_page: perPage,
    caption: !caption.get() ? '0' : look.caption === '0' ? '1' : look.caption,
  });
  const draw = () => replace(place, pages.map((refs, i) => button(pages.length > 1 ? t('qr.sheet_part', { from: number(i * REFS_A_SHEET + 1), to: number(i * REFS_A_SHEET + refs.length) }) : t('qr.sheet_open'), {
    kind: 'main', icon: 'print', href: address(refs), attrs: { target: '_blank' },
  })));
  const grid = selectField({ name: 'per_page', label: t('qr.per_page'), hint: t('qr.sheet_hint'), options: PER_PAGE.map((n) => [String(n), t('qr.per_page_n', { n })]), value: String(perPage) });
  grid.control.addEventListener('change', () => { perPage = Number(grid.get()); draw(); });
  caption.control.addEventListener('change', draw);
  draw();
  dialog({ title: t('qr.sheet'), body: [grid.element, caption.element], actions: [place] });
}
