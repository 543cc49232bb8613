/* SPDX-License-Identifier: MIT */
/* The home page: the box that makes a link, and the first steps. */
export default {
  'quick.title': 'New short link',
  'quick.url': 'Target',
  'quick.placeholder': 'Paste an address, or a text with one in it',
  'quick.channel': 'Channel',
  'quick.channel_placeholder': 'Where you post it, e.g. east-group-3',
  'quick.submit': 'Shorten and copy',
  'quick.missing': 'Paste an address first.',
  'quick.copied': 'Copied, ready to paste',
  'quick.details': 'Details',
  'quick.more': 'More',
  'start.title': 'Begin here',
  'start.lead': 'A few seconds after somebody opened a short link there are figures here.',
  'start.lead_viewer': 'Once a colleague has posted a short link and somebody opened it, there are figures here.',
  'start.make': 'One link per place',
  'start.make_text': 'Paste a landing page above and press Enter. Fifty groups? Paste their names once and get a link for each.',
  'start.post': 'Name the channel',
  'start.post_text': 'Say of each link which group, poster or partner it is for. Give a channel its UTM template once, and links have it by themselves.',
  'start.read': 'See who brought whom',
  'start.read_text': 'Clicks and visitors by channel, source and hour. Machines and previews are counted apart, and every request adds up.',
  'start.moving': 'Coming from another tool, or not working alone?',
};
