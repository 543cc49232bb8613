/* SPDX-License-Identifier: MIT */
/* The page of one link. */
export default {
  'link.target': 'Target',
  'link.facts': 'About this link',
  'link.validity': 'Valid',
  'link.always': 'For good',
  'link.from_to': '{from} to {to}',
  'link.code': 'Code',
  'link.aliases': 'Aliases',
  'link.created': 'Created',
  'link.updated': 'Last changed',
  'link.counts': 'So far',
  'link.counts_text': '{clicks} clicks · {visitors} visitors · {scans} scans',
  'link.last': 'Last click',
  'link.never': 'None yet',
  'link.in_bin': 'This link was moved to the bin on {date}; visitors cannot open it now.',
  'links.copy_of': 'Another link to this target',
};
