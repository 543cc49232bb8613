/* SPDX-License-Identifier: MIT */
/* What happens after the clicks: kinds of events, and how the first gets here. */
export default {
  'deals.type.lead': 'Lead',
  'deals.type.add_friend': 'Friend added',
  'deals.type.join_group': 'Group joined',
  'deals.type.deal': 'Deal',
  'deals.type.repurchase': 'Repeat deal',
  'deals.type.referral': 'Referral',
  'deals.type.service': 'Service',
  'deals.type.refund': 'Refund',
  'deals.nameless': 'Customer {id}',
  'deals.start': 'Linkpond knows who clicked. Tell it what happened next (a lead, a friend added, a deal) and it works out who brought each of them.',
  'deals.step.link': 'Let the link carry a click id',
  'deals.step.link_text': 'Give the link a click id parameter (lp_click, say): its target then receives a click id that nobody can forge. Keep it with the form or the order. WeCom acquisition links use customer_channel.',
  'deals.step.link_do': 'New link with a click id',
  'deals.step.send': 'Send the first event',
  'deals.step.send_text': 'Call the API once from your system when a lead or a deal happens. Amounts are in the smallest unit of the currency; a refund is negative. CLICK_ID is what the target received; without one, a phone number, an openid and the like find the same customer.',
  'deals.step.table': 'Or are they in a spreadsheet?',
  'deals.import': 'Import offline deals',
  'deals.step.read': 'Read the answer here',
  'deals.step.read_text': 'A few seconds later the deal is credited to the channel, campaign, link and colleague that brought it.',
};
