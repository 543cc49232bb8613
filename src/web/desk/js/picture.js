/* SPDX-License-Identifier: MIT */
/*
 * Pictures for live codes, from a file to what the API keeps. Phones have formats that the server does not read (HEIC,
 * WebP) and photos that are larger than it takes; the browser that shows them makes a JPEG of these first.
 */
import * as api from './api.js';
import { t } from './i18n.js';
import { confirm } from './components/dialog.js';

const TAKEN = ['image/png', 'image/jpeg'];
const BYTES_MAX = 8 * 1024 * 1024;
const EDGE_MAX = 2160; // twice what is shown

/** What a file box offers: with these two named, phones hand over HEIC as JPEG and offer camera and album alike. */
export const ACCEPTED = TAKEN.join(',');

async function asJpeg(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, EDGE_MAX / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/jpeg', 0.92);
  });
}

async function readable(file) {
  if (TAKEN.includes(file.type) && file.size <= BYTES_MAX) {
    return file;
  }
  try {
    return await asJpeg(file);
  } catch {
    return file; // the server says what is wrong with it
  }
}

function send(blob, query) {
  return api.call('POST', '/images', { body: blob, query, headers: { 'Content-Type': blob.type || 'application/octet-stream' } })
    .then((response) => response.json());
}

/** The picture as the API knows it; null when it is not wanted after all. `code`: visitors are to scan it. */
export async function uploadPicture(file, { code = true } = {}) {
  const blob = await readable(file);
  if (!code) {
    return send(blob);
  }
  try {
    return await send(blob, { expect: 'qr' });
  } catch (problem) {
    const unread = problem.body?.errors?.some((one) => one.code === 'no_qr_code' || one.code === 'no_reader');
    if (!unread) {
      throw problem;
    }
    const anyway = await confirm({ title: t('live.unread'), text: problem.fields.get('image'), action: t('live.use_anyway') });
    return anyway ? send(blob) : null;
  }
}

export function pictureUrl(id) {
  return api.apiUrl(`/images/${api.segment(id)}/file`);
}

/** Files that are dropped on `element`. */
export function takesFiles(element, take) {
  const over = (on) => (event) => {
    if ([...(event.dataTransfer?.types || [])].includes('Files')) {
      event.preventDefault();
      element.classList.toggle('dropping', on);
    }
  };
  element.addEventListener('dragenter', over(true));
  element.addEventListener('dragover', over(true));
  element.addEventListener('dragleave', over(false));
  element.addEventListener('drop', (event) => {
    const file = event.dataTransfer.files[0];
    if (file) {
      event.preventDefault();
      element.classList.remove('dropping');
      take(file);
    }
  });
}
