/* SPDX-License-Identifier: MIT */
/*
 * QR codes as the server draws them. How they look (colours, margin, caption, logo) is remembered by the browser, so that
 * all codes of one reader look alike; changing it is a dialog of its own (qrpanel.js), fetched when it is wanted.
 */
import { apiUrl, segment } from '../api.js';
import { h } from '../dom.js';
import { saveAnswer } from '../download.js';
import { loadWords, t } from '../i18n.js';
import { shortName } from '../link.js';
import * as prefs from '../prefs.js';
import { button } from './button.js';
import { fail, toast } from './toast.js';

const USUAL = { size: 1024, margin: 4, level: 'M', dark: '#000000', light: '#ffffff', caption: '0', logo: false };

/** How codes look, whatever was chosen last. */
export function qrLook() {
  return { ...USUAL, ...prefs.get('qr') };
}

export function setQrLook(look) {
  prefs.set('qr', Object.fromEntries(Object.entries(look).filter(([name, value]) => value !== USUAL[name])));
}

/** A look as the API takes it; what is usual is left out. */
export function lookQuery(look) {
  const changed = Object.entries(look).filter(([name, value]) => value !== USUAL[name] && name !== 'size');
  return Object.fromEntries(changed.map(([name, value]) => [name, name === 'logo' ? '1' : String(value)]));
}

export function qrUrl(link, options = {}) {
  return apiUrl(`/links/${segment(link.id)}/qr`, options);
}

export function qrImage(link, look = qrLook()) {
  return h('img', { class: 'qr', src: qrUrl(link, { margin: 2, ...lookQuery(look), format: 'svg' }), alt: t('qr.alt', { name: shortName(link) }), width: 220, height: 220 });
}

/** Saves the code, named after its place. */
export function qrSave(link, format, look = qrLook()) {
  const query = { ...lookQuery(look), format, size: format === 'png' ? look.size : undefined, download: '1' };
  return saveAnswer('GET', `/links/${segment(link.id)}/qr`, { query }, `${shortName(link).replace(/[^\w.-]+/g, '-')}.${format}`);
}

/** Buttons that save it, and one that changes how it looks: `changed()` is told then. */
export function qrDownloads(link, kind = 'small', changed) {
  const save = (format) => button(format.toUpperCase(), {
    kind, icon: 'download', run: () => qrSave(link, format).catch(fail), attrs: { 'aria-label': t('qr.save', { format: format.toUpperCase() }) },
  });
  return [save('png'), save('svg'), changed && button(t('qr.style'), { kind, icon: 'settings', run: () => { qrDialog(link, changed); } })];
}

export async function qrDialog(link, changed) {
  try {
    const [panel] = await Promise.all([import('./qrpanel.js'), loadWords(['qr'])]);
    await panel.qrPanel(link);
    changed?.();
  } catch (error) {
    fail(error);
  }
}

/** How many codes of {refs: […]} or {filter} are printed on a page, and which: a dialog. */
export async function qrSheetDialog(which) {
  try {
    const [panel] = await Promise.all([import('./qrpanel.js'), loadWords(['qr'])]);
    panel.sheetPanel(which);
  } catch (error) {
    fail(error);
  }
}

/** Saves the codes of {refs: […]} or {filter} as a ZIP, named by their places. */
export async function qrZip(which, name) {
  const look = qrLook();
  const style = { ...lookQuery(look), margin: look.margin, logo: look.logo };
  toast(t('qr.zip_begun'));
  await saveAnswer('POST', '/bulk/qr', { body: { format: 'png', size: look.size, ...style, caption: look.caption === '0' ? '1' : look.caption, ...which } }, `${name}.zip`, { own: true });
}
