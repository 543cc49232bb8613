/* SPDX-License-Identifier: MIT */
/* The QR code of a link, as the server draws it. */
import { h } from '../dom.js';
import { apiUrl, segment } from '../api.js';
import { saveAnswer } from '../download.js';
import { t } from '../i18n.js';
import { shortName } from '../link.js';
import { button } from './button.js';
import { dialog } from './dialog.js';

export function qrUrl(link, options = {}) {
  return apiUrl(`/links/${segment(link.id)}/qr`, options);
}

export function qrImage(link) {
  return h('img', { class: 'qr', src: qrUrl(link, { format: 'svg', margin: 2 }), alt: t('qr.alt', { name: shortName(link) }), width: 220, height: 220 });
}

/** Buttons that save it. */
export function qrDownloads(link, kind = 'small') {
  const name = shortName(link).replace(/[^\w.-]+/g, '-');
  return [
    button('PNG', { kind, icon: 'download', href: qrUrl(link, { format: 'png', size: 1024 }), attrs: { download: `${name}.png`, 'aria-label': t('qr.save', { format: 'PNG' }) } }),
    button('SVG', { kind, icon: 'download', href: qrUrl(link, { format: 'svg' }), attrs: { download: `${name}.svg`, 'aria-label': t('qr.save', { format: 'SVG' }) } }),
  ];
}

export function qrDialog(link) {
  dialog({
    title: t('qr.title'),
    body: h('div', { class: 'qr-box' }, qrImage(link), h('p', { class: 'strong any-break' }, shortName(link)), h('p', { class: 'soft small' }, t('qr.note'))),
    actions: qrDownloads(link, ''),
  });
}

/** A page of codes to print, of {refs: 'lnk_1,lnk_2'} or of the conditions of a list. */
export function qrSheetUrl(which, options = {}) {
  return apiUrl('/qr-sheet', { ...which, ...options });
}

/** Saves the codes of {refs: […]} or {filter}, named by their places. */
export function qrZip(which, name, options = {}) {
  return saveAnswer('POST', '/bulk/qr', { format: 'png', size: 1024, caption: '1', ...options, ...which }, `${name}.zip`);
}
