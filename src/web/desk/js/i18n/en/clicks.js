/* SPDX-License-Identifier: MIT */
/* The ledger. */
export default {
  'clicks.title': 'Ledger',
  'clicks.lead': 'Every request, and why it counts as a click or does not.',
  'clicks.time': 'Time',
  'clicks.link': 'Link',
  'clicks.class': 'Class',
  'clicks.source': 'Source and channel',
  'clicks.device': 'Opened in',
  'clicks.repeat': 'Repeat',
  'clicks.test': 'Test',
  'clicks.qr': 'Scan',
  'clicks.unknown': 'Unknown',
  'clicks.none': 'No such request',
  'clicks.none_text': 'A second or so after somebody opened a link it stands here.',
  'clicks.total': '{n} request|{n} requests',
};
